using Divvy.Consensus.Raft;
using Divvy.Consensus.Raft.Membership;
using Divvy.Consensus.State;
using Divvy.Rpc;
using Divvy.Rpc.Client;
using Divvy.Rpc.Etcd;
using Divvy.Store.Tests.Conformance;
using Divvy.TestKit.Etcd;

namespace Divvy.Store.Tests;

/// <summary>Changes of members are refused while too few voters have ever started, in etcd's words.</summary>
public sealed class StartedMembersTests
{
    private const string NotEnough = "etcdserver: re-configuration failed due to not enough started members";

    [Theory]
    [InlineData("1", MembershipOperation.AddVoter, 9, true, "a cluster of one may grow")]
    [InlineData("1 2", MembershipOperation.AddVoter, 9, true, "two of three have started")]
    [InlineData("1 -2", MembershipOperation.AddVoter, 9, false, "one of three has")]
    [InlineData("1 -2", MembershipOperation.AddLearner, 9, true, "a learner does not decide")]
    [InlineData("1 2 -3", MembershipOperation.AddVoter, 9, false, "two of four have")]
    [InlineData("1 2 3", MembershipOperation.Remove, 3, true, "two of two have")]
    [InlineData("1 2 -3", MembershipOperation.Remove, 3, true, "two of two have")]
    [InlineData("1 -2 -3", MembershipOperation.Remove, 1, false, "none of two has")]
    [InlineData("1", MembershipOperation.Remove, 1, false, "nobody would be left")]
    public void Suffice_Change_NeedsAQuorumThatStarted(
        string voters, MembershipOperation operation, ulong target, bool expected, string why)
    {
        var ids = voters.Split(' ').Select(id => int.Parse(id, System.Globalization.CultureInfo.InvariantCulture));
        var members = new MemberBook();
        members.Load(ids.Select(id => new MemberRecord(Node(id), id > 0 ? $"n{id}" : "", [], [])), []);
        var membership = MembershipState.Of([.. ids.Select(Node)]);

        StartedMembers.Suffice(members, membership, operation, new NodeId(target)).ShouldBe(expected, why);

        static NodeId Node(int id) => new((ulong)Math.Abs(id));
    }

    [EtcdFact]
    public async Task Add_SecondVoterBeforeTheFirstStarted_IsRefusedAsByEtcd()
    {
        await using var process = await EtcdProcess.StartNewAsync();
        await using var channel = new HttpChannel(new Uri(process.Endpoint));
        await RefusedAsync(new Api(channel));
    }

    [Fact]
    public async Task Add_SecondVoterBeforeTheFirstStarted_IsRefused()
    {
        await using var cluster = await ServedCluster.StartAsync(size: 1);
        await RefusedAsync(new Api(cluster.Members[0].Channel));
    }

    private static async Task RefusedAsync(Api api)
    {
        var own = (await api.CallAsync(EtcdMethods.MemberList, new MemberListRequest())).Members.Single().ID;
        await api.CallAsync(EtcdMethods.MemberRemove, new MemberRemoveRequest { ID = own })
            .ShouldBeRefusedAsync(RpcStatusCode.Unknown, NotEnough);
        await AddAsync("http://127.0.0.1:1");
        await AddAsync("http://127.0.0.1:2").ShouldBeRefusedAsync(RpcStatusCode.Unknown, NotEnough);

        Task<MemberAddResponse> AddAsync(string url) =>
            api.CallAsync(EtcdMethods.MemberAdd, new MemberAddRequest { PeerURLs = { url } });
    }
}
