using Divvy.Client.Etcd;
using Divvy.Coordination.Control;
using Divvy.Coordination.Layout;
using Divvy.Coordination.Tests.Fixtures;
using Divvy.Core.Assignment;
using Divvy.Core.Identity;

namespace Divvy.Coordination.Tests.Control;

public sealed class ControllerTests(StoreFixture stores) : IClassFixture<StoreFixture>
{
    public static TheoryData<StoreKind> Stores => StoreFixture.Stores;

    [Theory, MemberData(nameof(Stores))]
    public async Task LeaderDies_NoShardMoves_AndTheNextLeads(StoreKind kind)
    {
        await using var cluster = await TestCluster.StartAsync(stores, kind, new NamespaceConfig { Shards = 8 });
        await cluster.UntilAsync(space => space.Leader == "server-1", "server-1 to lead");
        var second = await cluster.AddServerAsync();
        var a = await cluster.JoinAsync("a", second);
        var b = await cluster.JoinAsync("b", second);
        await cluster.SettledAsync(8);
        await b.UntilAsync(self => self.Active == 4, "half of the shards");
        await cluster.SettledAsync(8);
        var before = cluster.Now.Shards;

        await cluster.First.KillAsync();
        await second.Log.WaitForAsync("Became leader for shard distribution");

        var after = second.Server.Mirror.Current.Get(TestCluster.Space).Shards;
        after.ToDictionary(shard => shard.Key, shard => shard.Value.Revision)
            .ShouldBe(before.ToDictionary(shard => shard.Key, shard => shard.Value.Revision));
        a.Failure.ShouldBeNull();
        // The new leader works: a third instance gets its share.
        var c = await cluster.JoinAsync("c", second);
        await c.UntilAsync(self => self.Active >= 2, "its share from the new leader");
    }

    [Theory, MemberData(nameof(Stores))]
    public async Task LeaderStops_NextLeadsAtOnce(StoreKind kind)
    {
        await using var cluster = await TestCluster.StartAsync(stores, kind, new NamespaceConfig { Shards = 2 });
        await cluster.First.Log.WaitForAsync("Became leader for shard distribution");
        var second = await cluster.AddServerAsync(options => options with { ControllerTtl = TimeSpan.FromMinutes(10) });

        await cluster.First.Server.StopAsync();

        await second.Log.WaitForAsync("Became leader for shard distribution");
    }

    [Theory, MemberData(nameof(Stores))]
    public async Task StepRefused_MirrorBehind_IsNotTriedOverAndOver(StoreKind kind)
    {
        BehindClient? behind = null;
        await using var cluster = new TestCluster(stores, kind);
        var shards = cluster.Layout.ShardPrefix(TestCluster.Space);
        var server = await cluster.AddServerAsync(wrap: inner => behind = new BehindClient(inner, shards));
        await server.Server.EnsureNamespaceAsync(TestCluster.Space, new NamespaceConfig { Shards = 2 });
        await cluster.JoinAsync("a");
        await cluster.SettledAsync(2);

        // Somebody else writes the records, and this server does not hear of it: whatever it is to move, it cannot.
        behind!.Hold();
        await using var other = await stores.ConnectAsync(kind);
        foreach (var shard in cluster.Now.Shards.Keys)
        {
            var key = cluster.Layout.Shard(TestCluster.Space, shard);
            var record = (await other.Client.GetAsync(EtcdRange.Key(key))).First!;
            await other.Client.PutAsync(key, record.Value);
        }
        await cluster.JoinAsync("b");
        await cluster.UntilAsync(space => space.Instances.Count == 2, "the instance that a shard is to be moved to");

        // The second may follow at once, because the instance came meanwhile.
        (await behind.TakesAsync(transactions: 4)).ShouldBeGreaterThan(NamespaceController.DeadlineInterval * 1.5);
    }

    [Theory, MemberData(nameof(Stores))]
    public async Task ManyNamespaces_EachHasItsController(StoreKind kind)
    {
        await using var cluster = await TestCluster.StartAsync(stores, kind, new NamespaceConfig { Shards = 2 });
        await cluster.First.Server.EnsureNamespaceAsync("other", new NamespaceConfig { Shards = 3 });
        var here = await cluster.JoinAsync("a");
        var there = await cluster.JoinAsync("a", prepare: self => self.Namespace = "other");

        await here.UntilAsync(self => self.Active == 2, "the shards of one namespace");
        await there.UntilAsync(self => self.Active == 3, "the shards of the other");
    }

    [Theory, MemberData(nameof(Stores))]
    public async Task Delete_WhileShardsMove_ClosesEveryShardAndEndsTheNamespace(StoreKind kind)
    {
        await using var cluster = await TestCluster.StartAsync(stores, kind, new NamespaceConfig { Shards = 6 });
        var http = await cluster.First.ServeAsync();
        var a = await cluster.JoinAsync("a");
        await cluster.SettledAsync(6);
        var b = await cluster.JoinAsync("b", prepare: self => self.Answers = _ => false);
        await b.UntilAsync(self => self.Roles.Count > 0, "a move under way");

        var answer = await http.DeleteAsync($"/api/v1/namespaces/{TestCluster.Space}");

        ((int)answer.StatusCode).ShouldBe(202);
        await cluster.UntilAsync(space => space.Config is null && space.Shards.Count == 0, "the namespace gone");
        await a.UntilAsync(self => self.Ended is not null, "the end of the stream");
        a.Ended!.Reason.ShouldContain("deleted");
        await b.UntilAsync(self => self.Ended is not null, "the end of the stream");
    }

    [Theory, MemberData(nameof(Stores))]
    public async Task Delete_ThenCreateAgain_GenerationsGoOnAboveTheOldOnes(StoreKind kind)
    {
        await using var cluster = await TestCluster.StartAsync(stores, kind, new NamespaceConfig { Shards = 1 });
        var http = await cluster.First.ServeAsync();
        await cluster.JoinAsync("a");
        var before = (await cluster.SettledAsync(1)).Shards.Values.Single().Record.Generation;
        await http.DeleteAsync($"/api/v1/namespaces/{TestCluster.Space}");
        await cluster.UntilAsync(space => space.Config is null && space.Shards.Count == 0, "the namespace gone");

        await cluster.First.Server.EnsureNamespaceAsync(TestCluster.Space, new NamespaceConfig { Shards = 1 });
        await cluster.JoinAsync("c");

        var after = (await cluster.SettledAsync(1)).Shards.Values.Single().Record.Generation;
        after.ShouldBeGreaterThan(before);
    }

    [Theory, MemberData(nameof(Stores))]
    public async Task UnreadableRecord_IsReportedAndNotReplaced(StoreKind kind)
    {
        await using var cluster = await TestCluster.StartAsync(stores, kind, new NamespaceConfig { Shards = 2 });
        var key = cluster.Layout.Shard(TestCluster.Space, new ShardId("0"));
        await cluster.First.Store.PutAsync(key, "{ broken"u8.ToArray());
        await cluster.UntilAsync(space => space.Unreadable.Count == 1, "the broken record");

        var a = await cluster.JoinAsync("a");
        await a.UntilAsync(self => self.Active == 1, "the other shard");

        await cluster.First.Log.WaitForAsync($"Ignoring {key}");
        (await cluster.First.Store.GetAsync(Client.Etcd.EtcdRange.Key(key))).First!.Text.ShouldBe("{ broken");
    }

    [Theory, MemberData(nameof(Stores))]
    public async Task Events_OfManySteps_AreBounded(StoreKind kind)
    {
        await using var cluster = new TestCluster(stores, kind);
        await cluster.AddServerAsync(options => options with { MaxEvents = 10 });
        await cluster.First.Server.EnsureNamespaceAsync(TestCluster.Space, new NamespaceConfig { Shards = 30 });
        await cluster.JoinAsync("a");
        await cluster.SettledAsync(30);
        await cluster.JoinAsync("b");

        await cluster.UntilAsync(
            space => space.Shards.Values.Count(shard => shard.Record.Owner?.Instance.Value == "b"
                && shard.Record.Phase == ShardPhase.Stable) == 15,
            "half of the shards at b");
        // What is kept are whole transactions, so a little more than was asked for may stay.
        await cluster.UntilAsync(
            space => space.Events.Values.Skip(1).Sum(entry => entry.Batch.Events.Count) <= 12, "the history trimmed");
    }
}
