namespace Divvy.Core.Planning;

/// <summary>The ways in which a plan can be wrong.</summary>
public enum PlanViolationKind
{
    /// <summary>A change to a shard that is not in the input.</summary>
    UnknownShard,

    /// <summary>Two changes to one shard.</summary>
    ShardChangedTwice,

    /// <summary>A change of owner without a new owner, or another change with one.</summary>
    Malformed,

    /// <summary>The new owner is not among the live instances.</summary>
    OwnerNotLive,

    /// <summary>The new owner takes no shards: cordoned, draining or without capacity.</summary>
    OwnerNotAccepting,

    /// <summary>The new owner is penalised although another is not.</summary>
    OwnerPenalised,

    /// <summary>The shard is pinned to another instance that could have it.</summary>
    PinBroken,

    /// <summary>A shard that a live instance owns is assigned or taken over.</summary>
    OwnerStillLive,

    /// <summary>A shard without a live owner is moved or has a move cancelled: there is nothing to move from.</summary>
    NothingToMove,

    /// <summary>A shard moves to where it is.</summary>
    MoveToOwner,

    /// <summary>A shard on the move is moved again, or has its record rewritten.</summary>
    ShardInMotion,

    /// <summary>A cancellation where no move is under way.</summary>
    NoMoveToCancel,

    /// <summary>A shard that is being removed is changed.</summary>
    ShardClosing,

    /// <summary>More moves under way than the policy allows in all.</summary>
    BudgetExceeded,

    /// <summary>More moves under way than the policy allows one instance.</summary>
    InstanceBudgetExceeded,

    /// <summary>More standbys than the policy asks for.</summary>
    TooManyStandbys,

    /// <summary>A standby is the owner or the next owner.</summary>
    StandbyIsOwner,

    /// <summary>A standby is named twice.</summary>
    StandbyTwice,

    /// <summary>A new standby takes no shards, or an old one is gone or draining.</summary>
    StandbyNotAccepting,

    /// <summary>Balanced: a move that balances nothing, or makes it worse.</summary>
    BalanceNotBetter,

    /// <summary>A shard that nobody serves gets no owner although an instance would take it.</summary>
    LeftUnplaced,

    /// <summary>A move whose next owner is gone is not given up.</summary>
    MoveLeftStranded,
}
