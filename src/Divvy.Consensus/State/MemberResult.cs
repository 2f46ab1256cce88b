namespace Divvy.Consensus.State;

/// <summary>The answer to a change of members, or of what is known of one.</summary>
public sealed record MemberResult(MemberOutcome Outcome, long Revision) : StoreResult;
