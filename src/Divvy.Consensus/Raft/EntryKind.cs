namespace Divvy.Consensus.Raft;

/// <summary>What a log entry carries.</summary>
public enum EntryKind : byte
{
    /// <summary>A command of the state machine; empty for the entry a new leader begins its term with.</summary>
    Command,

    /// <summary>A change of membership (<see cref="Membership.MembershipChange"/>, encoded).</summary>
    Membership,
}
