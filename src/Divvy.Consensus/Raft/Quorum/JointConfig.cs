using System.Collections.Immutable;

namespace Divvy.Consensus.Raft.Quorum;

/// <summary>Two sets of voters that must both agree while membership changes (paper section 6); the outgoing half is
/// empty otherwise.</summary>
public readonly record struct JointConfig(MajorityConfig Incoming, MajorityConfig Outgoing)
{
    public bool IsJoint => !Outgoing.IsEmpty;

    public ImmutableSortedSet<NodeId> Voters => Incoming.Voters.Union(Outgoing.Voters);

    public LogIndex CommittedIndex(Func<NodeId, LogIndex> acknowledged) =>
        LogIndex.Min(Incoming.CommittedIndex(acknowledged), Outgoing.CommittedIndex(acknowledged));

    public VoteResult Count(Func<NodeId, bool?> vote)
    {
        var incoming = Incoming.Count(vote);
        var outgoing = Outgoing.Count(vote);
        if (incoming == outgoing)
            return incoming;
        return incoming == VoteResult.Lost || outgoing == VoteResult.Lost ? VoteResult.Lost : VoteResult.Pending;
    }
}
