namespace Divvy.Consensus.Raft;

/// <summary>What became of a proposal.</summary>
public enum ProposalOutcome
{
    /// <summary>It has a place in the leader's log: it is committed if that very entry is, and lost if another one is
    /// applied at its index.</summary>
    Appended,

    /// <summary>It was sent to the leader; <see cref="RaftReady.Proposals"/> will say more.</summary>
    Forwarded,

    /// <summary>Nobody leads, or who was asked does not: certainly not applied.</summary>
    NoLeader,

    /// <summary>Too much is uncommitted or waiting, or leadership is being transferred: certainly not
    /// applied.</summary>
    Refused,

    /// <summary>It was forwarded and the leader changed: it may be applied, or not.</summary>
    Unknown,
}
