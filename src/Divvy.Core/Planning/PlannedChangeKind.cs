namespace Divvy.Core.Planning;

/// <summary>What a planned change does. <c>Handoff</c> has the step of each.</summary>
public enum PlannedChangeKind
{
    /// <summary>A shard that nobody ever owned gets an owner.</summary>
    Assign,

    /// <summary>A shard whose owner is gone gets another.</summary>
    Takeover,

    /// <summary>A planned move begins.</summary>
    Move,

    /// <summary>Only the standbys change.</summary>
    SetStandbys,

    /// <summary>A move under way is given up; the owner stays.</summary>
    CancelMove,
}
