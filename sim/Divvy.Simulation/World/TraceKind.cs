namespace Divvy.Simulation.World;

/// <summary>What a line of the trace is about.</summary>
internal enum TraceKind
{
    /// <summary>A process began, ended, was paused or went on.</summary>
    Process,

    /// <summary>A fault of the plan struck or was healed.</summary>
    Fault,

    /// <summary>A packet was sent, delivered or lost.</summary>
    Network,

    /// <summary>A file was written, synced, or lost something.</summary>
    Disk,

    /// <summary>Somebody came to lead, a member joined, a plan was committed.</summary>
    Decision,

    /// <summary>A client asked or was answered.</summary>
    Client,

    /// <summary>An instance gained or lost a shard.</summary>
    Ownership,

    /// <summary>A phase of the run began.</summary>
    Phase,

    /// <summary>A rule was broken.</summary>
    Violation,
}
