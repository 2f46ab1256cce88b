namespace Divvy.Coordination.Steps;

/// <summary>What became of a step.</summary>
public enum StepVerdict
{
    Committed,

    /// <summary>Something it compares has changed: decide anew from the newer state.</summary>
    Conflict,

    /// <summary>The guard did not hold: this controller does not lead any more.</summary>
    NotLeader,
}
