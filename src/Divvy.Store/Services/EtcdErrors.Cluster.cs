using Divvy.Consensus.State;
using Divvy.Rpc;

namespace Divvy.Store.Services;

/// <summary>Outcomes of changes of members.</summary>
internal static partial class EtcdErrors
{
    public static RpcException BadMemberUrls() =>
        new(RpcStatusCode.InvalidArgument, "etcdserver: given member URLs are invalid");

    public static RpcException NotForLearners() =>
        new(RpcStatusCode.Unavailable, "etcdserver: rpc not supported for learner");

    public static RpcException ToException(MemberOutcome outcome)
    {
        var (code, text) = outcome switch
        {
            MemberOutcome.NotFound => (RpcStatusCode.NotFound, "member not found"),
            MemberOutcome.IdExists => (RpcStatusCode.FailedPrecondition, "member ID already exist"),
            MemberOutcome.PeerUrlExists => (RpcStatusCode.FailedPrecondition, "Peer URLs already exists"),
            MemberOutcome.NotALearner => (RpcStatusCode.FailedPrecondition, "can only promote a learner member"),
            MemberOutcome.LearnerNotReady => (
                RpcStatusCode.FailedPrecondition,
                "can only promote a learner member which is in sync with leader"),
            MemberOutcome.TooManyLearners =>
                (RpcStatusCode.FailedPrecondition, "too many learner members in cluster"),
            // etcd 3.4 forgets the code of this one.
            MemberOutcome.NotEnoughStartedMembers => (
                RpcStatusCode.Unknown,
                "re-configuration failed due to not enough started members"),
            _ => (RpcStatusCode.Unavailable, "unhealthy cluster"),
        };
        return new RpcException(code, $"etcdserver: {text}");
    }
}
