using Divvy.Rpc;
using Divvy.Rpc.Etcd;

namespace Divvy.Store.Tests.Conformance;

/// <summary>Members added and removed, and why they are not. All of them are learners that never start, so that the
/// one member keeps its quorum.</summary>
public abstract class MembershipConformance(IServer server)
{
    private const string BadUrls = "etcdserver: given member URLs are invalid";
    private const string NotFound = "etcdserver: member not found";

    private readonly Api api = new(server.Channel);

    [ConformanceFact]
    public async Task Add_BadUrls_IsRefused()
    {
        await AddAsync().ShouldBeRefusedAsync(RpcStatusCode.InvalidArgument, BadUrls);
        await AddAsync("").ShouldBeRefusedAsync(RpcStatusCode.InvalidArgument, BadUrls);
        await AddAsync("127.0.0.1:1").ShouldBeRefusedAsync(RpcStatusCode.InvalidArgument, BadUrls);
        await AddAsync("http://127.0.0.1").ShouldBeRefusedAsync(RpcStatusCode.InvalidArgument, BadUrls);
        await AddAsync("http://127.0.0.1:1/path").ShouldBeRefusedAsync(RpcStatusCode.InvalidArgument, BadUrls);
    }

    [ConformanceFact]
    public async Task Learner_AddedAndRemoved_IsListedMeanwhile()
    {
        var added = await AddAsync("http://127.0.0.1:2");
        try
        {
            added.Member.IsLearner.ShouldBeTrue();
            added.Member.Name.ShouldBeEmpty();
            added.Member.PeerURLs.ShouldBe(["http://127.0.0.1:2"]);
            added.Members.Count.ShouldBe(2);
            await AddAsync("http://127.0.0.1:3").ShouldBeRefusedAsync(
                RpcStatusCode.FailedPrecondition, "etcdserver: too many learner members in cluster");
            await AddAsync(isLearner: false, "http://127.0.0.1:2", "http://127.0.0.1:6").ShouldBeRefusedAsync(
                RpcStatusCode.FailedPrecondition, "etcdserver: Peer URLs already exists");
            await PromoteAsync(added.Member.ID).ShouldBeRefusedAsync(
                RpcStatusCode.FailedPrecondition,
                "etcdserver: can only promote a learner member which is in sync with leader");
            await UpdateAsync(added.Member.ID, "http://127.0.0.1:4");
            // Not by its being a learner: etcd 3.4 forgets to list that after an update.
            (await ListAsync()).Members.Single(member => member.ID == added.Member.ID).PeerURLs
                .ShouldBe(["http://127.0.0.1:4"]);
        }
        finally
        {
            (await RemoveAsync(added.Member.ID)).Members.Count.ShouldBe(1);
        }

        await RemoveAsync(added.Member.ID).ShouldBeRefusedAsync(RpcStatusCode.NotFound, NotFound);
        (await ListAsync()).Members.Count.ShouldBe(1);
    }

    [ConformanceFact]
    public async Task Nobody_IsNotRemovedUpdatedOrPromoted()
    {
        await RemoveAsync(404).ShouldBeRefusedAsync(RpcStatusCode.NotFound, NotFound);
        await UpdateAsync(404, "http://127.0.0.1:5").ShouldBeRefusedAsync(RpcStatusCode.NotFound, NotFound);
        await PromoteAsync(404).ShouldBeRefusedAsync(RpcStatusCode.NotFound, NotFound);
    }

    [ConformanceFact]
    public async Task Promote_AVoter_IsRefused() => await PromoteAsync((await ListAsync()).Members.Single().ID)
        .ShouldBeRefusedAsync(RpcStatusCode.FailedPrecondition, "etcdserver: can only promote a learner member");

    private Task<MemberAddResponse> AddAsync(params string[] urls) => AddAsync(isLearner: true, urls);

    private Task<MemberAddResponse> AddAsync(bool isLearner, params string[] urls) =>
        api.CallAsync(EtcdMethods.MemberAdd, new MemberAddRequest { PeerURLs = { urls }, IsLearner = isLearner });

    private Task<MemberRemoveResponse> RemoveAsync(ulong id) =>
        api.CallAsync(EtcdMethods.MemberRemove, new MemberRemoveRequest { ID = id });

    private Task<MemberUpdateResponse> UpdateAsync(ulong id, params string[] urls) =>
        api.CallAsync(EtcdMethods.MemberUpdate, new MemberUpdateRequest { ID = id, PeerURLs = { urls } });

    private Task<MemberPromoteResponse> PromoteAsync(ulong id) =>
        api.CallAsync(EtcdMethods.MemberPromote, new MemberPromoteRequest { ID = id });

    private Task<MemberListResponse> ListAsync() =>
        api.CallAsync(EtcdMethods.MemberList, new MemberListRequest());
}
