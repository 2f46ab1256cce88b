using System.Collections.Immutable;

namespace Divvy.Consensus.Raft.Quorum;

/// <summary>A set of voters that decides by majority. Empty: agrees with everything, which makes it the neutral half
/// of a
/// <see cref="JointConfig"/>.</summary>
public readonly record struct MajorityConfig(ImmutableSortedSet<NodeId> Voters)
{
    public static readonly MajorityConfig Empty = new([]);

    public bool IsEmpty => Voters.IsEmpty;

    /// <summary>The highest index that a majority has acknowledged; the largest possible when there are no
    /// voters.</summary>
    public LogIndex CommittedIndex(Func<NodeId, LogIndex> acknowledged)
    {
        if (Voters.IsEmpty)
            return new LogIndex(ulong.MaxValue);
        Span<ulong> indexes = Voters.Count <= 16 ? stackalloc ulong[Voters.Count] : new ulong[Voters.Count];
        for (var i = 0; i < Voters.Count; i++)
            indexes[i] = acknowledged(Voters[i]).Value;
        indexes.Sort();
        return new LogIndex(indexes[Voters.Count - ((Voters.Count / 2) + 1)]);
    }

    /// <summary>What the votes say: true for yes, false for no, null for none yet.</summary>
    public VoteResult Count(Func<NodeId, bool?> vote)
    {
        if (Voters.IsEmpty)
            return VoteResult.Won;
        var yes = 0;
        var missing = 0;
        foreach (var voter in Voters)
        {
            var answer = vote(voter);
            if (answer is null)
                missing++;
            else if (answer.Value)
                yes++;
        }

        var majority = (Voters.Count / 2) + 1;
        if (yes >= majority)
            return VoteResult.Won;
        return yes + missing >= majority ? VoteResult.Pending : VoteResult.Lost;
    }
}
