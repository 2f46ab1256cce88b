namespace Divvy.Core.Assignment;

/// <summary>What a shard record needs now.</summary>
public enum RepairNeed
{
    /// <summary>Nothing: stable at a live owner.</summary>
    Nothing,

    /// <summary>A step that follows from who lives, no choice in it.</summary>
    Step,

    /// <summary>A first owner, chosen by the planner (<see cref="Handoff.Assign"/>).</summary>
    FirstOwner,

    /// <summary>The owner is gone and nobody is warm: a new owner, chosen by the planner (<see
    /// cref="Handoff.Takeover"/>).</summary>
    NewOwner,

    /// <summary>An instance's acknowledgement; everybody it may come from lives.</summary>
    Acknowledgement,
}
