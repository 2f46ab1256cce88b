using Divvy.Consensus.Raft;
using Divvy.Consensus.Raft.Membership;
using Divvy.Consensus.State;

namespace Divvy.Store;

/// <summary>etcd's strict check of a change of members: those voters that have ever started must be a quorum of the
/// voters to be, or the change could leave a cluster that no longer decides anything. A member has started when it has
/// told its name.</summary>
internal static class StartedMembers
{
    public static bool Suffice(
        MemberBook members, MembershipState membership, MembershipOperation operation, NodeId target)
    {
        if (operation == MembershipOperation.AddLearner)
            return true;
        if (operation == MembershipOperation.Remove ? membership.IsLearner(target) : membership.IsVoter(target))
            return true;
        var voters = membership.Voters.Where(voter => voter != target).ToList();
        var started = voters.Count(voter => members.Find(voter) is { Name.Length: > 0 });
        return operation == MembershipOperation.Remove
            ? IsQuorum(started, voters.Count)
            // A cluster of one that grows, as one does that was restored from a backup.
            : (started == 1 && voters.Count == 1)
                || IsQuorum(started + (membership.IsLearner(target) ? 1 : 0), voters.Count + 1);
    }

    private static bool IsQuorum(int started, int voters) => started >= (voters / 2) + 1;
}
