namespace Divvy.Consensus.Raft.Membership;

/// <summary>The next membership, or why there is none. Exactly one of the two is set.</summary>
public readonly record struct MembershipOutcome(MembershipState? Next, string? Refusal);
