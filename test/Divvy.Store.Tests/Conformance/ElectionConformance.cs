using Divvy.Rpc;
using Divvy.Rpc.Etcd;
using static Divvy.Store.Tests.Conformance.Api;

namespace Divvy.Store.Tests.Conformance;

/// <summary>Elections.</summary>
public abstract class ElectionConformance(IServer server)
{
    private static readonly TimeSpan patience = TimeSpan.FromSeconds(30);

    private readonly Api api = new(server.Channel);

    [ConformanceFact]
    public async Task Campaign_Alone_Leads()
    {
        var lease = (await api.GrantAsync(100)).ID;

        var won = await CampaignAsync("e/alone", lease, "me");

        won.Leader.Name.ToStringUtf8().ShouldBe("e/alone");
        won.Leader.Key.ToStringUtf8().ShouldBe($"e/alone/{lease:x}");
        won.Leader.Lease.ShouldBe(lease);
        won.Leader.Rev.ShouldBe(won.Header.Revision);
        (await LeaderAsync("e/alone")).Kv.Value.ToStringUtf8().ShouldBe("me");
    }

    [ConformanceFact]
    public async Task Campaign_AgainWithAnotherValue_ProclaimsIt()
    {
        var lease = (await api.GrantAsync(100)).ID;
        var first = await CampaignAsync("e/again", lease, "old");

        var second = await CampaignAsync("e/again", lease, "new");

        second.Leader.Rev.ShouldBe(first.Leader.Rev);
        (await LeaderAsync("e/again")).Kv.Value.ToStringUtf8().ShouldBe("new");
    }

    [ConformanceFact]
    public async Task Campaign_AgainstALeader_WaitsForItsResignation()
    {
        var first = await CampaignAsync("e/wait", (await api.GrantAsync(100)).ID, "a");
        var second = CampaignAsync("e/wait", (await api.GrantAsync(100)).ID, "b");
        await using var observer = Observe("e/wait");
        (await ReadAsync(observer)).Kv.Value.ToStringUtf8().ShouldBe("a");

        second.IsCompleted.ShouldBeFalse();
        await api.CallAsync(EtcdMethods.Resign, new ResignRequest { Leader = first.Leader });

        (await second.WaitAsync(patience)).Leader.Rev.ShouldBeGreaterThan(first.Leader.Rev);
        (await LeaderAsync("e/wait")).Kv.Value.ToStringUtf8().ShouldBe("b");
        (await ReadAsync(observer)).Kv.Value.ToStringUtf8().ShouldBe("b");
    }

    [ConformanceFact]
    public async Task Observe_BeforeAnybodyLeads_TellsTheFirstLeaderAndWhatItProclaims()
    {
        await using var observer = Observe("e/observe");
        var won = await CampaignAsync("e/observe", (await api.GrantAsync(100)).ID, "1");
        (await ReadAsync(observer)).Kv.Value.ToStringUtf8().ShouldBe("1");

        var proclaim = new ProclaimRequest { Leader = won.Leader, Value = Bytes("2") };
        await api.CallAsync(EtcdMethods.Proclaim, proclaim);

        (await ReadAsync(observer)).Kv.Value.ToStringUtf8().ShouldBe("2");
    }

    [ConformanceFact]
    public async Task Proclaim_AfterResigning_IsRefused()
    {
        var won = await CampaignAsync("e/late", (await api.GrantAsync(100)).ID, "1");
        await api.CallAsync(EtcdMethods.Resign, new ResignRequest { Leader = won.Leader });

        await api.CallAsync(EtcdMethods.Proclaim, new ProclaimRequest { Leader = won.Leader, Value = Bytes("2") })
            .ShouldBeRefusedAsync(RpcStatusCode.Unknown, "election: not leader");
    }

    [ConformanceFact]
    public async Task Resign_OfAnOldLeadership_ChangesNothing()
    {
        var lease = (await api.GrantAsync(100)).ID;
        var old = await CampaignAsync("e/old", lease, "1");
        await api.CallAsync(EtcdMethods.Resign, new ResignRequest { Leader = old.Leader });
        await CampaignAsync("e/old", lease, "2");

        await api.CallAsync(EtcdMethods.Resign, new ResignRequest { Leader = old.Leader });

        (await LeaderAsync("e/old")).Kv.Value.ToStringUtf8().ShouldBe("2");
    }

    [ConformanceFact]
    public Task Leader_OfNobody_IsRefused() => api
        .CallAsync(EtcdMethods.Leader, new LeaderRequest { Name = Bytes("e/nobody") })
        .ShouldBeRefusedAsync(RpcStatusCode.Unknown, "election: no leader");

    [ConformanceFact]
    public Task Proclaim_WithoutALeader_IsRefused() => api
        .CallAsync(EtcdMethods.Proclaim, new ProclaimRequest())
        .ShouldBeRefusedAsync(RpcStatusCode.Unknown, "\"leader\" field must be provided");

    [ConformanceFact]
    public Task Resign_WithoutALeader_IsRefused() => api
        .CallAsync(EtcdMethods.Resign, new ResignRequest())
        .ShouldBeRefusedAsync(RpcStatusCode.Unknown, "\"leader\" field must be provided");

    private Task<CampaignResponse> CampaignAsync(string name, long lease, string value) => api.CallAsync(
        EtcdMethods.Campaign, new CampaignRequest { Name = Bytes(name), Lease = lease, Value = Bytes(value) });

    private Task<LeaderResponse> LeaderAsync(string name) =>
        api.CallAsync(EtcdMethods.Leader, new LeaderRequest { Name = Bytes(name) });

    private IAsyncEnumerator<LeaderResponse> Observe(string name) => server.Channel
        .ServerStreamAsync(
            EtcdMethods.Observe, new LeaderRequest { Name = Bytes(name) }, new RpcCallOptions { Timeout = patience })
        .GetAsyncEnumerator();

    private static async Task<LeaderResponse> ReadAsync(IAsyncEnumerator<LeaderResponse> observer)
    {
        (await observer.MoveNextAsync()).ShouldBeTrue("the stream of leaders ended");
        return observer.Current;
    }
}
