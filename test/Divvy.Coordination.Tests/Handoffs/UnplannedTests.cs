using Divvy.Coordination.Layout;
using Divvy.Coordination.Tests.Fixtures;
using Divvy.Rpc.Sharding;

namespace Divvy.Coordination.Tests.Handoffs;

/// <summary>Sessions that end: by their time, by a goodbye, with and without standbys.</summary>
public sealed class UnplannedTests(StoreFixture stores) : IClassFixture<StoreFixture>
{
    public static TheoryData<StoreKind> Stores => StoreFixture.Stores;

    [Theory, MemberData(nameof(Stores))]
    public async Task SessionExpires_OwnerIsReplaced_InAHigherGeneration(StoreKind kind)
    {
        await using var cluster = await TestCluster.StartAsync(
            stores, kind, new NamespaceConfig { Shards = 4, SessionTtlMs = 2_000 });
        var a = await cluster.JoinAsync("a");
        var b = await cluster.JoinAsync("b");
        await cluster.SettledAsync(4);
        await b.UntilAsync(self => self.Active == 2, "half of the shards");
        var lost = b.Owned.ToDictionary(shard => shard, shard => b.Roles[shard].Generation);

        await b.DisconnectAsync();
        await a.UntilAsync(self => self.Active == 4, "every shard");

        foreach (var (shard, generation) in lost)
            a.Roles[shard].Generation.ShouldBe(generation + 1);
        await cluster.First.Log.WaitForAsync("Instance appears to be unhealthy: b/");
    }

    [Theory, MemberData(nameof(Stores))]
    public async Task SessionExpires_WithStandby_ActivatesTheStandby(StoreKind kind)
    {
        await using var cluster = await TestCluster.StartAsync(
            stores, kind, new NamespaceConfig { Shards = 4, Standbys = 1, SessionTtlMs = 2_000 });
        await cluster.JoinAsync("a");
        var b = await cluster.JoinAsync("b");
        await cluster.JoinAsync("c");
        await cluster.UntilAsync(
            space => space.Shards.Count == 4 && space.Shards.Values.All(shard =>
                shard.Record is { Standbys.Length: 1, Phase: Core.Assignment.ShardPhase.Stable } record
                && record.Owner != record.Standbys[0]),
            "a standby for every shard");
        await b.UntilAsync(self => self.Active > 0, "a shard at b");
        var standbys = cluster.Now.Shards.Values.Where(shard => shard.Record.Owner == b.Ref)
            .ToDictionary(shard => shard.Record.Shard, shard => shard.Record.Standbys[0]);

        await b.DisconnectAsync();
        var after = await cluster.UntilAsync(
            space => standbys.All(entry => space.Shards[entry.Key].Record.Owner is { } owner && owner != b.Ref),
            "other owners for the shards of b");

        foreach (var (shard, standby) in standbys)
            after.Shards[shard].Record.Owner.ShouldBe(standby);
        await cluster.First.Log.WaitForAsync("Fast activation of shard");
    }

    [Theory, MemberData(nameof(Stores))]
    public async Task Deregister_LeavesAtOnce_AndIsNotCalledUnhealthy(StoreKind kind)
    {
        await using var cluster = await TestCluster.StartAsync(stores, kind, new NamespaceConfig { Shards = 4 });
        var a = await cluster.JoinAsync("a");
        var b = await cluster.JoinAsync("b");
        await b.UntilAsync(self => self.Active == 2, "half of the shards");

        await b.DeregisterAsync();
        await a.UntilAsync(self => self.Active == 4, "every shard");

        await b.UntilAsync(self => self.Ended is not null, "the end of the session");
        await cluster.First.Log.WaitForAsync("has left namespace");
        cluster.First.Log.Lines.ShouldNotContain(line => line.Contains("unhealthy"));
    }

    [Theory, MemberData(nameof(Stores))]
    public async Task Drain_MovesEveryShardAway_WhileTheOwnerServesOn(StoreKind kind)
    {
        await using var cluster = await TestCluster.StartAsync(stores, kind, new NamespaceConfig { Shards = 6 });
        var a = await cluster.JoinAsync("a");
        var b = await cluster.JoinAsync("b");
        await b.UntilAsync(self => self.Active == 3, "half of the shards");
        var yielded = new List<string>();
        b.Answers = role =>
        {
            if (role.Kind == RoleKind.RoleYielding)
                yielded.Add(role.Shard);
            return true;
        };

        await b.DrainAsync();
        await a.UntilAsync(self => self.Active == 6, "every shard");

        yielded.Distinct().Count().ShouldBe(3);
        await b.UntilAsync(self => self.Active == 0, "no shard left");
    }

    [Theory, MemberData(nameof(Stores))]
    public async Task Failed_OwnerCannotServe_ShardMovesToAnother(StoreKind kind)
    {
        await using var cluster = await TestCluster.StartAsync(stores, kind, new NamespaceConfig { Shards = 2 });
        var a = await cluster.JoinAsync("a");
        var b = await cluster.JoinAsync("b");
        await cluster.SettledAsync(2);
        await a.UntilAsync(self => self.Active == 1, "a shard");
        var shard = a.Owned.Single();

        await a.AnswerAsync(shard, Acknowledgement.Failed, "its file is broken");

        await b.UntilRoleAsync(shard, RoleKind.RoleActive);
        await cluster.First.Log.WaitForAsync("its file is broken");
    }
}
