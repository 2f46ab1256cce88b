using System.Collections.Immutable;

namespace Divvy.Consensus.Raft;

/// <summary>One message between members. Which fields mean something depends on the kind:
/// <list type="bullet">
/// <item>PreVote, RequestVote: <see cref="Log"/> is the candidate's last entry, <see cref="Transfer"/> says the leader
/// asked for it.</item>
/// <item>AppendEntries: <see cref="Log"/> is the entry before <see cref="Entries"/>, <see cref="Commit"/> the
/// leader's.</item>
/// <item>AppendEntriesResponse: <see cref="Log"/>.Index is the last matching index, or, when <see cref="Reject"/>, the
/// refused previous index, with the follower's <see cref="Hint"/>.</item>
/// <item>Heartbeat, HeartbeatResponse: <see cref="Commit"/>; <see cref="Context"/> is the read round.</item>
/// <item>InstallSnapshot: <see cref="Snapshot"/>.</item>
/// <item>ReadIndex, Propose and their responses: <see cref="Context"/> is the asker's request id; the answer's
/// <see cref="Log"/> is the read index, or the entry the proposal became; <see cref="Reject"/>: it was refused.</item>
/// </list></summary>
public sealed record Message
{
    public required MessageKind Kind { get; init; }

    public NodeId From { get; init; }

    public required NodeId To { get; init; }

    /// <summary>The sender's term; the term it would have, for a pre-vote; 0 for forwarded reads
    /// and their answers; of a forwarded proposal, and of its answer, the term of the leader it is meant for.</summary>
    public Term Term { get; init; }

    public EntryId Log { get; init; }

    public ImmutableArray<Entry> Entries { get; init; } = [];

    public LogIndex Commit { get; init; }

    public bool Reject { get; init; }

    /// <summary>Where the follower thinks its log may match (conflict-term back-off, see <see
    /// cref="Raft.Log.RaftLog"/>).</summary>
    public EntryId Hint { get; init; }

    public ulong Context { get; init; }

    public bool Transfer { get; init; }

    public Snapshot? Snapshot { get; init; }

    /// <summary>Only the leader of its term sends such a message.</summary>
    public bool IsFromALeader =>
        Kind is MessageKind.AppendEntries or MessageKind.Heartbeat or MessageKind.InstallSnapshot;
}
