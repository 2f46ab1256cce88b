namespace Divvy.Consensus.Raft;

/// <summary>The outcome of one proposal; <see cref="Entry"/> is set when it is <see
/// cref="ProposalOutcome.Appended"/>.</summary>
public readonly record struct ProposalResult(ulong Request, ProposalOutcome Outcome, EntryId Entry);
