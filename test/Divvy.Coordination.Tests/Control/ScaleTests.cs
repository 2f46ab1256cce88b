using System.Diagnostics;
using Divvy.Coordination.Layout;
using Divvy.Coordination.Tests.Fixtures;
using Divvy.Rpc.Sharding;
using Xunit.Abstractions;

namespace Divvy.Coordination.Tests.Control;

/// <summary>Many shards and instances. The times are printed, not judged: the machine may be slow and shared.</summary>
public sealed class ScaleTests(StoreFixture stores, ITestOutputHelper output) : IClassFixture<StoreFixture>
{
    private const int Shards = 10_000;
    private const int Instances = 100;

    public static TheoryData<StoreKind> Stores => StoreFixture.Stores;

    [Theory, MemberData(nameof(Stores))]
    public async Task FirstAssignment_OfTenThousandShards_ReachesEveryInstance(StoreKind kind)
    {
        await using var cluster = new TestCluster(stores, kind);
        await cluster.AddServerAsync(options => options with { SettleDelay = TimeSpan.FromMilliseconds(200) });
        await cluster.First.Server.EnsureNamespaceAsync(TestCluster.Space, new NamespaceConfig { Shards = Shards });
        await cluster.First.Log.WaitForAsync("Became leader for shard distribution");
        var watch = Stopwatch.StartNew();

        var joined = await Task.WhenAll(Enumerable.Range(0, Instances).Select(number => cluster.JoinAsync($"i{number}")));
        output.WriteLine($"{kind}: {Instances} registered after {watch.ElapsedMilliseconds} ms");
        await Task.WhenAll(joined.Select(instance => instance.UntilAsync(self => self.Active == Shards / Instances, "its share")));
        output.WriteLine($"{kind}: {Shards} shards active after {watch.ElapsedMilliseconds} ms");

        await cluster.SettledAsync(Shards);
        joined.Sum(instance => instance.Active).ShouldBe(Shards);
        joined.SelectMany(instance => instance.Owned).Distinct().Count().ShouldBe(Shards);
        cluster.Now.Events.Values.SelectMany(entry => entry.Batch.Events).ShouldAllBe(entry => entry.Shard.Length > 0);
    }

    [Theory, MemberData(nameof(Stores))]
    public async Task Drain_OfOneOfTenInstances_MovesItsHundredShards(StoreKind kind)
    {
        await using var cluster = await TestCluster.StartAsync(stores, kind, new NamespaceConfig { Shards = 1_000 });
        var joined = await Task.WhenAll(Enumerable.Range(0, 10).Select(number => cluster.JoinAsync($"i{number}")));
        await Task.WhenAll(joined.Select(instance => instance.UntilAsync(self => self.Active == 100, "its share")));
        await cluster.SettledAsync(1_000);
        var watch = Stopwatch.StartNew();

        await joined[0].DrainAsync();
        await joined[0].UntilAsync(self => self.Roles.Values.All(role => role.Kind == RoleKind.RoleNone), "no shard left");
        output.WriteLine($"{kind}: 100 shards moved away after {watch.ElapsedMilliseconds} ms");

        await cluster.SettledAsync(1_000);
        var http = await cluster.First.ServeAsync();
        var metrics = await http.GetStringAsync("/metrics");
        output.WriteLine(string.Join('\n', metrics.Split('\n').Where(line =>
            line.StartsWith("divvy_redistribution", StringComparison.Ordinal)
            || line.StartsWith("divvy_steps", StringComparison.Ordinal)
            || line.StartsWith("divvy_step_conflicts", StringComparison.Ordinal)
            || line.StartsWith("divvy_plan", StringComparison.Ordinal))));
        joined.Skip(1).ShouldAllBe(instance => instance.Active >= 111 && instance.Active <= 112);
    }
}
