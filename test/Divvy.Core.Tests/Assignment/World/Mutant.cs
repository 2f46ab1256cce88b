namespace Divvy.Core.Tests.Assignment.World;

/// <summary>Broken readings of the rules, as servers or shells around the real machine could have them. Each must be found.</summary>
internal enum Mutant
{
    None,

    /// <summary>C1: a role meant for an instance's former session is given to its current one.</summary>
    RolesByInstance,

    /// <summary>C2: the store, or an operator, ends a session before its time and frees its shards at once.</summary>
    EarlyRevocation,

    /// <summary>C4: a takeover is decided from a list of sessions and not compared in the transaction.</summary>
    TakeoverWithoutCompare,

    /// <summary>C5: roles are taken in the order they come.</summary>
    RolesWithoutOrder,

    /// <summary>C6: an acknowledgement counts for any record of the same generation and phase.</summary>
    AckByGeneration,

    /// <summary>C7: YIELDED is sent when the role comes.</summary>
    AckOnReceipt,

    /// <summary>C15: a shard that is created again starts at generation 1.</summary>
    GenerationsRestart,

    /// <summary>C15: a shard is deleted without waiting for its owner.</summary>
    DeleteWithoutYield,

    /// <summary>C16: a server flips without an acknowledgement in an exclusive namespace.</summary>
    FlipWithoutAck,

    /// <summary>C17: a heartbeat is acknowledged although the renewal did not happen.</summary>
    AckWithoutRenewal,

    /// <summary>C17: an acknowledgement is credited to the newest heartbeat.</summary>
    AckWithoutNumber,

    /// <summary>C17: no margin although the clocks drift.</summary>
    NoMargin,
}
