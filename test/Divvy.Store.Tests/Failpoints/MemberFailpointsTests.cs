using System.Text.RegularExpressions;
using Divvy.Rpc;
using Divvy.Rpc.Etcd;
using Divvy.Rpc.InProcess;
using Divvy.Store.Failpoints;
using Divvy.Store.Tests.Conformance;
using Divvy.TestKit;
using static Divvy.Store.Tests.Conformance.Api;

namespace Divvy.Store.Tests.Failpoints;

/// <summary>The failpoints of a member: that the list of them is whole, and that one that fails on purpose does not
/// keep the member from going on and from stopping.</summary>
public sealed partial class MemberFailpointsTests : IDisposable
{
    private static readonly TimeSpan patience = TimeSpan.FromSeconds(30);

    private readonly TempDirectory folder = new();
    private readonly FailpointRegistry registry = new();

    public void Dispose() => folder.Dispose();

    [Fact]
    public void Operations_TableOfFailpoints_NamesEachOnce()
    {
        var points = new FailpointRegistry();
        _ = new MemberFailpoints(points);
        var text = File.ReadAllText(Path.Combine(AppContext.BaseDirectory, "docs", "operations.md"));
        var section = text.Split("\n## ").Single(one => one.StartsWith("Failpoints\n", StringComparison.Ordinal));

        Row().Matches(section).Select(row => row.Groups[1].Value).Order(StringComparer.Ordinal)
            .ShouldBe(points.All.Select(point => point.Name));
    }

    [Fact]
    public async Task Watch_SyncsThatReturn_HoldUpNobodyWhoIsNotBehind()
    {
        Arm("beforeSyncWatchers", "return");
        await using var store = Open();
        await using var channel = Connect(store);
        await using var watch = await WatchClient.OpenAsync(channel);
        await watch.CreateAsync(new WatchCreateRequest { Key = Bytes("a") });
        await ReachedAsync("beforeSyncWatchers");

        await new Api(channel).PutAsync("a", "1");

        (await watch.EventsAsync(1))[0].Kv.Value.ToStringUtf8().ShouldBe("1");
    }

    [Fact]
    public async Task Publish_ReturnsOnce_IsTriedAgain()
    {
        Arm("beforePublishing", "1*return");

        await using var store = Open();

        await using var channel = Connect(store);
        using var limit = new CancellationTokenSource(patience);
        while ((await channel.UnaryAsync(EtcdMethods.MemberList, new MemberListRequest())).Members[0].ClientURLs.Count == 0)
            limit.IsCancellationRequested.ShouldBeFalse("the member never told its addresses");
        registry.Find("beforePublishing")!.Count.ShouldBe(1);
    }

    [Theory]
    [InlineData("beforePublishing")]
    [InlineData("compactBeforeCommitBatch")]
    [InlineData("beforeSyncWatchers")]
    [InlineData("defragBeforeCopy")]
    public async Task Dispose_WorkThatReturnsFromAFailpoint_Ends(string point)
    {
        Arm(point, "return");
        var store = Open();
        await using var channel = Connect(store);
        var api = new Api(channel);
        for (var i = 0; i < 10; i++)
            await api.PutAsync("k", new string('x', 1000));
        await api.CallAsync(EtcdMethods.Compact, new CompactionRequest { Revision = 5 });
        await ReachedAsync(point);

        await store.DisposeAsync();
    }

    [Fact]
    public async Task LeaseTimeToLive_Returned_FailsThatCallOnly()
    {
        await using var store = Open();
        await using var channel = Connect(store);
        var api = new Api(channel);
        await api.CallAsync(EtcdMethods.LeaseGrant, new LeaseGrantRequest { ID = 7, TTL = 60 });
        Arm("beforeLookupWhenLeaseTimeToLive", "1*return");
        var ask = new LeaseTimeToLiveRequest { ID = 7 };

        await Should.ThrowAsync<RpcException>(api.CallAsync(EtcdMethods.LeaseTimeToLive, ask));

        (await api.CallAsync(EtcdMethods.LeaseTimeToLive, ask)).GrantedTTL.ShouldBe(60);
    }

    private EmbeddedStore Open() => EmbeddedStore.Open(new EmbeddedStoreOptions
    {
        DataDirectory = folder.Path,
        Failpoints = registry,
        SnapshotBytes = 4096,
        PollInterval = TimeSpan.FromMilliseconds(5),
        AdvertiseClientUrls = ["http://127.0.0.1:1"],
    });

    private void Arm(string point, string terms) => registry.Define(point).TrySet(terms).ShouldBeTrue();

    private async Task ReachedAsync(string point)
    {
        using var limit = new CancellationTokenSource(patience);
        while (registry.Find(point)!.Count == 0)
        {
            limit.IsCancellationRequested.ShouldBeFalse($"{point} was never reached");
            await Task.Yield();
        }
    }

    private static InProcessChannel Connect(EmbeddedStore store)
    {
        var services = new RpcServices();
        store.MapTo(services);
        return new InProcessChannel(services);
    }

    [GeneratedRegex(@"^\| `(\w+)` \|", RegexOptions.Multiline)]
    private static partial Regex Row();
}
