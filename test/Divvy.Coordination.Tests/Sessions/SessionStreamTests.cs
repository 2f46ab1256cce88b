using Divvy.Coordination.Layout;
using Divvy.Coordination.Tests.Fixtures;
using Divvy.Core.Identity;
using Divvy.Rpc;
using Divvy.Rpc.Sharding;

namespace Divvy.Coordination.Tests.Sessions;

public sealed class SessionStreamTests(StoreFixture stores) : IClassFixture<StoreFixture>
{
    private static readonly NamespaceConfig config = new() { Shards = 4 };

    public static TheoryData<StoreKind> Stores => StoreFixture.Stores;

    [Theory, MemberData(nameof(Stores))]
    public async Task Resume_AtAnotherServer_KeepsSessionAndShards(StoreKind kind)
    {
        await using var cluster = await TestCluster.StartAsync(stores, kind, config);
        var other = await cluster.AddServerAsync();
        var a = await cluster.JoinAsync("a");
        await a.UntilAsync(self => self.Active == 4, "every shard");
        var (session, revisions) = (a.Session, a.Roles.ToDictionary(role => role.Key, role => role.Value.Revision));

        await a.DisconnectAsync();
        await a.ConnectAsync(other.Channel, resume: true);
        await a.UntilAsync(self => self.FullSets == 2, "the full set from the other server");

        a.Session.ShouldBe(session);
        a.Registered.Resumed.ShouldBeTrue();
        a.Registered.Server.ShouldBe("server-2");
        a.Roles.ToDictionary(role => role.Key, role => role.Value.Revision).ShouldBe(revisions);
    }

    [Theory, MemberData(nameof(Stores))]
    public async Task Register_SameNonceAgain_GetsTheSameSession(StoreKind kind)
    {
        await using var cluster = await TestCluster.StartAsync(stores, kind, config);
        var a = await cluster.JoinAsync("a");
        var session = a.Session;
        await a.DisconnectAsync();

        await a.ConnectAsync(cluster.First.Channel);

        a.Session.ShouldBe(session);
        a.Registered.Resumed.ShouldBeTrue();
    }

    [Theory, MemberData(nameof(Stores))]
    public async Task Resume_SessionThatIsGone_IsRefused(StoreKind kind)
    {
        await using var cluster = await TestCluster.StartAsync(stores, kind, config);
        var a = await cluster.JoinAsync("a");
        await a.DeregisterAsync();
        await a.UntilAsync(self => self.Ended is not null, "the end of the session");
        await a.DisconnectAsync();

        var refusal = await Should.ThrowAsync<RpcException>(a.ConnectAsync(cluster.First.Channel, resume: true));

        refusal.Code.ShouldBe(RpcStatusCode.NotFound);
        refusal.Detail.ShouldContain("register anew");
    }

    [Theory, MemberData(nameof(Stores))]
    public async Task Heartbeat_Renewed_IsAcknowledgedWithItsNumber(StoreKind kind)
    {
        await using var cluster = await TestCluster.StartAsync(stores, kind, config);
        var a = await cluster.JoinAsync("a", prepare: self => self.Heartbeats = false);
        await a.UntilAsync(self => self.Active == 4, "every shard");

        await a.SendHeartbeatAsync();

        await a.UntilAsync(self => self.LastAck?.Number == 1, "the acknowledgement of heartbeat 1");
        a.LastAck!.TtlMs.ShouldBeGreaterThan(0);
        a.LastAck.Session.ShouldBe(a.Session);
    }

    [Theory, MemberData(nameof(Stores))]
    public async Task Heartbeat_SessionEndedInTheStore_IsNotAcknowledgedAndEndsTheStream(StoreKind kind)
    {
        await using var cluster = await TestCluster.StartAsync(stores, kind, config);
        var a = await cluster.JoinAsync("a", prepare: self => self.Heartbeats = false);
        await cluster.First.Store.RevokeAsync(a.Session);

        await a.UntilAsync(self => self.Ended is not null || self.Failure is not null, "the end of the stream");

        a.Ended.ShouldNotBeNull().Session.ShouldBe(a.Session);
        a.LastAck.ShouldBeNull();
    }

    /// <summary>The rule R18: only a renewal that the store answered with time left acknowledges a heartbeat.</summary>
    [Theory]
    [InlineData(null, "unknown to the store")]
    [InlineData(0, "no time left")]
    public async Task Heartbeat_RenewalWithoutTimeLeft_IsNeverAcknowledged(int? answered, string why)
    {
        await using var cluster = new TestCluster(stores, StoreKind.Embedded);
        RenewalClient? renewals = null;
        await cluster.AddServerAsync(wrap: inner => renewals = new RenewalClient(inner));
        await cluster.First.Server.EnsureNamespaceAsync(TestCluster.Space, config);
        var a = await cluster.JoinAsync("a", prepare: self => self.Heartbeats = false);
        await a.UntilAsync(self => self.Active == 4, "every shard");
        renewals!.Answer = id => id == a.Session
            ? Task.FromResult<TimeSpan?>(answered is { } seconds ? TimeSpan.FromSeconds(seconds) : null)
            : Task.FromResult<TimeSpan?>(TimeSpan.FromSeconds(2));

        await a.SendHeartbeatAsync();

        await a.UntilAsync(self => self.Ended is not null || self.LastAck is not null, "an end or an acknowledgement");
        a.LastAck.ShouldBeNull(why);
        a.Ended!.Reason.ShouldContain("the store has ended the session");
    }

    /// <summary>The rule R18: the renewal is sent after the heartbeat came, not before.</summary>
    [Fact]
    public async Task Heartbeat_ArrivingDuringARenewal_WaitsForARenewalOfItsOwn()
    {
        await using var cluster = new TestCluster(stores, StoreKind.Embedded);
        RenewalClient? renewals = null;
        await cluster.AddServerAsync(wrap: inner => renewals = new RenewalClient(inner));
        await cluster.First.Server.EnsureNamespaceAsync(TestCluster.Space, config);
        var a = await cluster.JoinAsync("a", prepare: self => self.Heartbeats = false);
        await a.UntilAsync(self => self.Active == 4, "every shard");
        var (asked, answer) = (new SemaphoreSlim(0), new SemaphoreSlim(0));
        renewals!.Answer = async id =>
        {
            if (id == a.Session)
            {
                asked.Release();
                await answer.WaitAsync();
            }
            return TimeSpan.FromSeconds(5);
        };

        await a.SendHeartbeatAsync();
        await asked.WaitAsync(Patience.Limit);
        await a.SendHeartbeatAsync();
        await a.SendHeartbeatAsync();
        answer.Release();
        await a.UntilAsync(self => self.LastAck is not null, "the first acknowledgement");
        a.LastAck!.Number.ShouldBe(1ul, "the renewal was sent before heartbeats 2 and 3 came");

        await asked.WaitAsync(Patience.Limit);
        answer.Release();
        await a.UntilAsync(self => self.LastAck!.Number == 3, "the acknowledgement of the newest");
    }

    [Theory, MemberData(nameof(Stores))]
    public async Task Heartbeat_OtherDigest_GetsTheFullSetAgain(StoreKind kind)
    {
        await using var cluster = await TestCluster.StartAsync(stores, kind, config);
        var a = await cluster.JoinAsync("a", prepare: self => self.Heartbeats = false);
        await a.UntilAsync(self => self.Active == 4, "every shard");
        var sets = a.FullSets;

        await a.SendHeartbeatAsync();
        await a.UntilAsync(self => self.LastAck?.Number == 1, "the acknowledgement of heartbeat 1");
        a.FullSets.ShouldBe(sets, "the digest was right");

        await a.SendHeartbeatAsync(digest: 4711);
        await a.UntilAsync(self => self.FullSets == sets + 1, "the full set again");
        a.Owned.Count.ShouldBe(4);
    }

    [Theory, MemberData(nameof(Stores))]
    public async Task Deregister_OfAnEarlierSession_DoesNotEndTheLaterOne(StoreKind kind)
    {
        await using var cluster = await TestCluster.StartAsync(stores, kind, config);
        var a = await cluster.JoinAsync("a");
        await a.UntilAsync(self => self.Active == 4, "every shard");

        await a.SendAsync(new InstanceMessage { Deregister = new Deregister { Session = a.Session - 1 } });
        var before = a.LastAck?.Number ?? 0;
        await a.UntilAsync(self => self.LastAck?.Number > before + 1, "heartbeats acknowledged after it");

        a.Ended.ShouldBeNull();
        cluster.Now.Instances.ShouldContainKey(new InstanceId("a"));
    }

    [Theory, MemberData(nameof(Stores))]
    public async Task Register_BadFields_IsRefusedNamingEach(StoreKind kind)
    {
        await using var cluster = await TestCluster.StartAsync(stores, kind, config);
        await using var bad = new ScriptedInstance("with space") { Capacity = double.NaN, Nonce = "" };

        var refusal = await Should.ThrowAsync<RpcException>(bad.ConnectAsync(cluster.First.Channel));

        refusal.Code.ShouldBe(RpcStatusCode.InvalidArgument);
        refusal.Detail.ShouldContain("with space");
        refusal.Detail.ShouldContain("capacity");
        refusal.Detail.ShouldContain("nonce");
    }

    [Theory, MemberData(nameof(Stores))]
    public async Task Register_UnknownNamespace_IsRefusedAndNamesThoseThereAre(StoreKind kind)
    {
        await using var cluster = await TestCluster.StartAsync(stores, kind, config);
        await using var lost = new ScriptedInstance("a") { Namespace = "order" };

        var refusal = await Should.ThrowAsync<RpcException>(lost.ConnectAsync(cluster.First.Channel));

        refusal.Code.ShouldBe(RpcStatusCode.NotFound);
        refusal.Detail.ShouldContain(TestCluster.Space);
    }
}
