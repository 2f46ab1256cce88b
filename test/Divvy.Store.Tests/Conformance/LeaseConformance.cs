using Divvy.Rpc;
using Divvy.Rpc.Etcd;
using static Divvy.Store.Tests.Conformance.Api;

namespace Divvy.Store.Tests.Conformance;

/// <summary>Leases: grant, keys, renewal, end.</summary>
public abstract class LeaseConformance(IServer server)
{
    private const string NotFound = "etcdserver: requested lease not found";

    private readonly Api api = new(server.Channel);

    [ConformanceFact]
    public async Task Grant_WithoutId_ChoosesAPositiveOne()
    {
        var first = await api.GrantAsync(60);
        var second = await api.GrantAsync(60);

        first.ID.ShouldBeGreaterThan(0);
        second.ID.ShouldNotBe(first.ID);
        first.TTL.ShouldBe(60);
        first.Header.Revision.ShouldBe(await api.RevisionAsync());
    }

    [ConformanceFact]
    public async Task Grant_IdInUse_IsRefused()
    {
        await api.GrantAsync(60, id: 1001);

        await api.GrantAsync(60, id: 1001)
            .ShouldBeRefusedAsync(RpcStatusCode.FailedPrecondition, "etcdserver: lease already exists");
    }

    [ConformanceFact]
    public async Task Grant_TooShort_IsRaisedToASecond() => (await api.GrantAsync(0)).TTL.ShouldBe(1);

    [ConformanceFact]
    public async Task Grant_TooLong_IsRefused()
    {
        await api.GrantAsync(9_000_000_001)
            .ShouldBeRefusedAsync(RpcStatusCode.OutOfRange, "etcdserver: too large lease TTL");
        (await api.GrantAsync(9_000_000_000)).TTL.ShouldBe(9_000_000_000);
    }

    [ConformanceFact]
    public async Task Revoke_WithKeys_DeletesThemInOneRevision()
    {
        var lease = await api.GrantAsync(60);
        await api.PutAsync("l/rev/a", "1", lease.ID);
        var last = await api.PutAsync("l/rev/b", "1", lease.ID);

        var revoked = await RevokeAsync(lease.ID);

        revoked.Header.Revision.ShouldBe(last + 1);
        (await api.RangeAsync(NewPrefix("l/rev/"))).Count.ShouldBe(0);
    }

    [ConformanceFact]
    public async Task Revoke_WithoutKeys_LeavesTheRevision()
    {
        var lease = await api.GrantAsync(60);
        var before = await api.RevisionAsync();

        (await RevokeAsync(lease.ID)).Header.Revision.ShouldBe(before);
    }

    [ConformanceFact]
    public Task Revoke_Unknown_IsRefused() =>
        RevokeAsync(404).ShouldBeRefusedAsync(RpcStatusCode.NotFound, NotFound);

    [ConformanceFact]
    public async Task Revoke_KeyThatMovedToAnother_LeavesIt()
    {
        var first = await api.GrantAsync(60);
        var second = await api.GrantAsync(60);
        await api.PutAsync("l/move", "1", first.ID);
        await api.PutAsync("l/move", "2", second.ID);

        await RevokeAsync(first.ID);

        (await api.GetAsync("l/move"))!.Lease.ShouldBe(second.ID);
    }

    [ConformanceFact]
    public async Task TimeToLive_WithKeys_NamesThem()
    {
        var lease = await api.GrantAsync(60);
        await api.PutAsync("l/ttl/b", "1", lease.ID);
        await api.PutAsync("l/ttl/a", "1", lease.ID);
        await api.PutAsync("l/ttl/c", "1", lease.ID);
        await api.DeleteAsync(NewDelete("l/ttl/c"));

        var state = await TimeToLiveAsync(lease.ID, keys: true);

        state.GrantedTTL.ShouldBe(60);
        state.TTL.ShouldBeInRange(1, 60);
        state.Keys.Select(key => key.ToStringUtf8()).Order().ShouldBe(["l/ttl/a", "l/ttl/b"]);
        (await TimeToLiveAsync(lease.ID, keys: false)).Keys.ShouldBeEmpty();
    }

    [ConformanceFact]
    public async Task TimeToLive_Unknown_IsMinusOne()
    {
        var state = await TimeToLiveAsync(404, keys: true);

        state.TTL.ShouldBe(-1);
        state.ID.ShouldBe(404);
        state.GrantedTTL.ShouldBe(0);
    }

    [ConformanceFact]
    public async Task KeepAlive_KnownAndUnknown_AreAnsweredInOrder()
    {
        var lease = await api.GrantAsync(60);
        await using var call = api.Channel.Open(EtcdMethods.LeaseKeepAlive);

        await call.WriteAsync(new LeaseKeepAliveRequest { ID = lease.ID });
        var known = (await call.ReadAsync())!;
        await call.WriteAsync(new LeaseKeepAliveRequest { ID = 404 });
        var unknown = (await call.ReadAsync())!;
        await call.CompleteAsync();

        known.TTL.ShouldBe(60);
        known.ID.ShouldBe(lease.ID);
        known.Header.Revision.ShouldBeGreaterThan(0);
        unknown.TTL.ShouldBe(0);
        (await call.ReadAsync()).ShouldBeNull("the client said all, so the call ends");
    }

    [ConformanceFact]
    public async Task Expiry_NotRenewed_DeletesTheKeysAndTellsWatchers()
    {
        await using var watch = await WatchClient.OpenAsync(api.Channel);
        await watch.CreateAsync(new WatchCreateRequest { Key = Bytes("l/exp/"), RangeEnd = PrefixEnd("l/exp/") });
        var lease = await api.GrantAsync(1);
        await api.PutAsync("l/exp/a", "1", lease.ID);
        await api.PutAsync("l/exp/b", "1", lease.ID);

        var events = await watch.EventsAsync(4);

        events[2].Type.ShouldBe(Event.Types.EventType.Delete);
        events[3].Kv.ModRevision.ShouldBe(events[2].Kv.ModRevision, "a lease ends in one revision");
        (await TimeToLiveAsync(lease.ID, keys: true)).TTL.ShouldBe(-1);
    }

    [ConformanceFact]
    public async Task Leases_Granted_AreListed()
    {
        var lease = await api.GrantAsync(60);

        var list = await api.CallAsync(EtcdMethods.LeaseLeases, new LeaseLeasesRequest());

        list.Leases.Select(status => status.ID).ShouldContain(lease.ID);
        list.Header.Revision.ShouldBeGreaterThan(0);
    }

    private Task<LeaseRevokeResponse> RevokeAsync(long id) =>
        api.CallAsync(EtcdMethods.LeaseRevoke, new LeaseRevokeRequest { ID = id });

    private Task<LeaseTimeToLiveResponse> TimeToLiveAsync(long id, bool keys) =>
        api.CallAsync(EtcdMethods.LeaseTimeToLive, new LeaseTimeToLiveRequest { ID = id, Keys = keys });
}
