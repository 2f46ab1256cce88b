namespace Divvy.Consensus.Raft;

/// <summary>What must be on disk before a message that depends on it leaves (paper figure 2, persistent state); the
/// commit
/// index is kept with it to restart from, and may be behind.</summary>
public readonly record struct HardState(Term Term, NodeId Vote, LogIndex Commit);
