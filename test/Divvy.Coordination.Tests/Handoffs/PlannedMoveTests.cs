using Divvy.Coordination.Layout;
using Divvy.Coordination.Tests.Fixtures;
using Divvy.Core.Assignment;
using Divvy.Core.Identity;
using Divvy.Rpc.Sharding;

namespace Divvy.Coordination.Tests.Handoffs;

/// <summary>Planned moves over the raw protocol, phase by phase.</summary>
public sealed class PlannedMoveTests(StoreFixture stores) : IClassFixture<StoreFixture>
{
    public static TheoryData<StoreKind> Stores => StoreFixture.Stores;

    [Theory, MemberData(nameof(Stores))]
    public async Task Move_EachPhase_WaitsForItsAcknowledgement(StoreKind kind)
    {
        await using var cluster = await TestCluster.StartAsync(stores, kind, new NamespaceConfig { Shards = 2 });
        var a = await cluster.JoinAsync("a");
        await cluster.SettledAsync(2);
        var b = await cluster.JoinAsync("b", prepare: self => self.Answers = role => role.Kind == RoleKind.RoleActive);
        a.Answers = role => role.Kind == RoleKind.RoleActive;

        await b.UntilAsync(self => self.Roles.Values.Any(role => role.Kind == RoleKind.RolePreparing), "a move to b");
        var shard = b.Roles.Values.Single().Shard;
        a.Roles[shard].Kind.ShouldBe(RoleKind.RoleActive);
        Record(cluster, shard).Phase.ShouldBe(ShardPhase.Preparing);

        await b.AnswerAsync(shard);
        await a.UntilRoleAsync(shard, RoleKind.RoleYielding);
        await b.UntilRoleAsync(shard, RoleKind.RolePrepared);
        a.Roles[shard].Next.Address.ShouldBe("http://b:80");
        var yielding = a.Roles[shard].Revision;

        await a.AnswerAsync(shard, handedOver: true);
        await b.UntilRoleAsync(shard, RoleKind.RoleActive);
        await a.UntilRoleAsync(shard, RoleKind.RoleNone);

        var record = Record(cluster, shard);
        record.Owner.ShouldBe(b.Ref);
        record.Phase.ShouldBe(ShardPhase.Stable);
        b.Roles[shard].HandedOverAt.ShouldBe(yielding);
        b.Roles[shard].Generation.ShouldBe(record.Generation.Value);
        await cluster.First.Log.WaitForAsync($"Revoking shard {shard} from a");
        await cluster.First.Log.WaitForAsync($"Fast activation of shard {shard} at b");
        await cluster.First.Log.WaitForAsync($"Activated shard {shard} at b");
    }

    [Theory, MemberData(nameof(Stores))]
    public async Task Move_NextOwnerEnds_IsCancelled(StoreKind kind)
    {
        await using var cluster = await TestCluster.StartAsync(stores, kind, new NamespaceConfig { Shards = 2 });
        var a = await cluster.JoinAsync("a");
        await cluster.SettledAsync(2);
        var b = await cluster.JoinAsync("b", prepare: self => self.Answers = _ => false);
        await b.UntilAsync(self => self.Roles.Values.Any(role => role.Kind == RoleKind.RolePreparing), "a move to b");
        var shard = b.Roles.Values.Single().Shard;
        var generation = Record(cluster, shard).Generation;

        await b.DeregisterAsync();
        await cluster.SettledAsync(2);

        Record(cluster, shard).Owner.ShouldBe(a.Ref);
        Record(cluster, shard).Generation.ShouldBe(generation);
        await a.UntilAsync(self => self.Active == 2, "both shards active again");
    }

    [Theory, MemberData(nameof(Stores))]
    public async Task Move_NextOwnerFailsToPrepare_IsCancelledAndGoesElsewhere(StoreKind kind)
    {
        await using var cluster = await TestCluster.StartAsync(stores, kind, new NamespaceConfig { Shards = 2 });
        var a = await cluster.JoinAsync("a");
        await cluster.SettledAsync(2);
        var b = await cluster.JoinAsync("b", prepare: self => self.Answers = _ => false);
        await b.UntilAsync(self => self.Roles.Values.Any(role => role.Kind == RoleKind.RolePreparing), "a move to b");
        var shard = b.Roles.Values.Single().Shard;

        await b.AnswerAsync(shard, Acknowledgement.Failed, "no disk");

        await cluster.First.Log.WaitForAsync("no disk");
        await b.UntilRoleAsync(shard, RoleKind.RoleNone);
        await cluster.UntilAsync(
            space => space.Shards[new ShardId(shard)].Record is { Phase: ShardPhase.Stable } record && record.Owner == a.Ref,
            "the shard stable at a");
    }

    [Theory, MemberData(nameof(Stores))]
    public async Task Acknowledge_OfAnotherRevision_ChangesNothing(StoreKind kind)
    {
        await using var cluster = await TestCluster.StartAsync(stores, kind, new NamespaceConfig { Shards = 2 });
        await cluster.JoinAsync("a");
        await cluster.SettledAsync(2);
        var b = await cluster.JoinAsync("b", prepare: self => self.Answers = _ => false);
        await b.UntilAsync(self => self.Roles.Values.Any(role => role.Kind == RoleKind.RolePreparing), "a move to b");
        var role = b.Roles.Values.Single();

        await b.SendAsync(new InstanceMessage
        {
            Acknowledge = new Acknowledge
            {
                Session = b.Session,
                Shard = role.Shard,
                Revision = role.Revision - 1,
                Kind = Acknowledgement.Ready,
            },
        });
        var before = b.LastAck?.Number ?? 0;
        await b.SendHeartbeatAsync();
        await b.UntilAsync(self => self.LastAck?.Number > before, "a heartbeat acknowledged after it");

        Record(cluster, role.Shard).Phase.ShouldBe(ShardPhase.Preparing);
    }

    private static ShardRecord Record(TestCluster cluster, string shard) => cluster.Now.Shards[new ShardId(shard)].Record;
}
