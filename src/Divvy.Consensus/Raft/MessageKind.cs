namespace Divvy.Consensus.Raft;

/// <summary>The messages between members. Names follow the paper's RPCs, each split in request and response.</summary>
public enum MessageKind : byte
{
    PreVote,
    PreVoteResponse,
    RequestVote,
    RequestVoteResponse,
    AppendEntries,
    AppendEntriesResponse,
    Heartbeat,
    HeartbeatResponse,
    InstallSnapshot,

    /// <summary>Leadership transfer: the receiver campaigns at once (thesis section 3.10).</summary>
    TimeoutNow,

    /// <summary>A follower's read barrier, sent to the leader (thesis section 6.4).</summary>
    ReadIndex,
    ReadIndexResponse,

    /// <summary>A follower's proposal, sent to the leader.</summary>
    Propose,

    /// <summary>Where the leader put a forwarded proposal, or that it did not.</summary>
    ProposeResponse,
}
