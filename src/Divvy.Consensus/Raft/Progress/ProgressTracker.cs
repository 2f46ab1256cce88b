using Divvy.Consensus.Raft.Membership;
using Divvy.Consensus.Raft.Quorum;

namespace Divvy.Consensus.Raft.Progress;

/// <summary>The progress of every member under one membership. Iteration is in id order, so that what a leader sends
/// does
/// not depend on hashing.</summary>
internal sealed class ProgressTracker(RaftOptions options)
{
    private readonly SortedDictionary<NodeId, FollowerProgress> members = [];

    public MembershipState Membership { get; private set; } = new();

    public IEnumerable<KeyValuePair<NodeId, FollowerProgress>> All => members;

    public FollowerProgress? Find(NodeId node) => members.GetValueOrDefault(node);

    public LogIndex CommittedIndex() =>
        Membership.Quorum.CommittedIndex(node => Find(node)?.Match ?? LogIndex.Zero);

    /// <summary>The highest read round that a quorum has answered (thesis section 6.4).</summary>
    public ulong ConfirmedRound() =>
        Membership.Quorum.CommittedIndex(node => new LogIndex(Find(node)?.ReadRound ?? 0)).Value;

    public bool QuorumIsActive() =>
        Membership.Quorum.Count(node => members.TryGetValue(node, out var it) && it.RecentlyActive) == VoteResult.Won;

    /// <summary>A new leader knows nothing of anybody (paper section 5.3: nextIndex starts behind its last
    /// entry).</summary>
    public void Reset(LogIndex last)
    {
        foreach (var node in members.Keys.ToList())
            members[node] = NewProgress(last.Next);
    }

    /// <summary>Takes another membership; who stays keeps its progress, who is new is probed from the log's
    /// end.</summary>
    public void Change(MembershipState membership, LogIndex last)
    {
        Membership = membership;
        var all = membership.All;
        foreach (var gone in members.Keys.Where(node => !all.Contains(node)).ToList())
            members.Remove(gone);
        foreach (var node in all)
        {
            if (members.ContainsKey(node))
                continue;
            // A member added just now must not let the next quorum check depose the leader.
            members.Add(node, NewProgress(last.Next));
            members[node].RecentlyActive = true;
        }
    }

    private FollowerProgress NewProgress(LogIndex next) =>
        new(next, new InflightWindow(options.MaxInflightMessages, options.MaxInflightBytes));
}
