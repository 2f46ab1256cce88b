using Divvy.Client.Hosting;
using Divvy.Client.Tests.Servers;
using Divvy.Core.Hosting;

namespace Divvy.Client.Tests.EndToEnd;

/// <summary>The promises over everything but processes: store, server, hosts, Kestrel, router. Requests are increments,
/// which are never sent twice unless they were certainly not executed.</summary>
public sealed class ClusterTests
{
    [Fact]
    public async Task DrainAndJoin_UnderLoad_LoseAndDoubleNoRequest()
    {
        await using var cluster = await CounterCluster.StartAsync(instances: 3);
        await Eventually.Until(() => Owned(cluster) == CounterCluster.Shards, "an owner of every shard");
        var load = new CounterLoad(cluster.Http);
        await Eventually.Until(() => load.Answered > 50, "the first answers");

        var leaving = cluster.Instances[0];
        (await leaving.Host.DrainAsync()).ShouldBeTrue();
        leaving.OwnedShards.ShouldBe(0);
        await leaving.Host.StopAsync();
        var joining = await cluster.AddInstanceAsync("late");
        await Eventually.Until(() => joining.OwnedShards == CounterCluster.Shards / 3, "shards at the new instance");
        var before = load.Answered;
        await Eventually.Until(() => load.Answered > before + 50, "more answers");

        (await load.StopAsync()).ShouldBeEmpty();
        cluster.Journal.ShouldNotBeEmpty();
        Overlaps(cluster.Journal).ShouldBeEmpty();
    }

    [Fact]
    public async Task Kill_OfAnInstance_IsRefusedAndLeavesNoOverlap()
    {
        await using var cluster = await CounterCluster.StartAsync(instances: 2, sessionTtlMs: 3_000);
        await Eventually.Until(() => Owned(cluster) == CounterCluster.Shards, "an owner of every shard");
        var killed = cluster.Instances[0];
        killed.Host.Kill();

        await Eventually.Until(
            () => cluster.Instances[1].OwnedShards == CounterCluster.Shards, "every shard at the instance that lives");
        killed.OwnedShards.ShouldBe(0);
        Overlaps(cluster.Journal).ShouldBeEmpty();
    }

    private static int Owned(CounterCluster cluster) => cluster.Instances.Sum(instance => instance.OwnedShards);

    /// <summary>Activations of a shard before the former owner's end.</summary>
    private static IEnumerable<string> Overlaps(IEnumerable<OwnershipEvent> journal)
    {
        foreach (var shard in journal.GroupBy(entry => entry.Shard))
        {
            OwnershipEvent? owner = null;
            foreach (var entry in shard.OrderBy(entry => entry.UnixNanoseconds).ThenBy(entry => entry.Event == JournalEvent.Activated))
            {
                if (entry.Event == JournalEvent.Activated)
                {
                    if (owner is not null)
                        yield return $"{shard.Key}: {entry.Session} from {entry.UnixNanoseconds}, {owner.Session} since {owner.UnixNanoseconds}";
                    owner = entry;
                }
                else if (entry.Event != JournalEvent.Prepared && owner?.Session == entry.Session)
                {
                    owner = null;
                }
            }
        }
    }
}
