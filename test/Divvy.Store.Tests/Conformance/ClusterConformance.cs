using Divvy.Rpc;
using Divvy.Rpc.Etcd;
using static Divvy.Store.Tests.Conformance.Api;

namespace Divvy.Store.Tests.Conformance;

/// <summary>Status, members, metadata, and what is not there.</summary>
public abstract class ClusterConformance(IServer server)
{
    private readonly Api api = new(server.Channel);

    [ConformanceFact]
    public async Task MemberList_OneMember_NamesItself()
    {
        var list = await api.CallAsync(EtcdMethods.MemberList, new MemberListRequest());

        var member = list.Members.Single();
        member.ID.ShouldBe(list.Header.MemberId);
        member.Name.ShouldBe("test");
        member.ClientURLs.Single().ShouldStartWith("http://127.0.0.1:");
        member.IsLearner.ShouldBeFalse();
    }

    [ConformanceFact]
    public async Task Status_OneMember_LeadsItself()
    {
        await api.PutAsync("c/status", "1");

        var status = await api.CallAsync(EtcdMethods.Status, new StatusRequest());

        status.Version.ShouldStartWith("3.4.23");
        status.Leader.ShouldBe(status.Header.MemberId);
        status.RaftTerm.ShouldBe(status.Header.RaftTerm);
        status.DbSize.ShouldBeGreaterThan(0);
        status.DbSizeInUse.ShouldBeInRange(1, status.DbSize);
        status.RaftAppliedIndex.ShouldBeGreaterThan(0ul);
        status.Errors.ShouldBeEmpty();
        status.IsLearner.ShouldBeFalse();
    }

    [ConformanceFact]
    public async Task Range_HasLeaderMetadata_IsAnswered()
    {
        var options = new RpcCallOptions { Metadata = RpcMetadata.Empty.With("hasleader", "true") };

        var range = await api.Channel.UnaryAsync(EtcdMethods.Range, NewRange("c/none"), options);

        range.Count.ShouldBe(0);
    }

    [ConformanceFact]
    public Task Authenticate_WithoutAuth_IsRefused() =>
        api.CallAsync(EtcdMethods.Authenticate, new AuthenticateRequest { Name = "a", Password = "b" })
            .ShouldBeRefusedAsync(RpcStatusCode.FailedPrecondition, "etcdserver: authentication is not enabled");

    [ConformanceFact]
    public async Task UnknownMethod_IsUnimplemented()
    {
        var method = new RpcMethod<RangeRequest, RangeResponse>("etcdserverpb.KV", "NoSuchMethod");

        var refusal = await Should.ThrowAsync<RpcException>(() => api.CallAsync(method, new RangeRequest()));

        refusal.Code.ShouldBe(RpcStatusCode.Unimplemented);
    }
}
