namespace Divvy.Consensus.Raft;

public enum RaftRole
{
    Follower,

    /// <summary>Asks whether it could win before it raises its term (thesis section 9.6).</summary>
    PreCandidate,

    Candidate,
    Leader,
}
