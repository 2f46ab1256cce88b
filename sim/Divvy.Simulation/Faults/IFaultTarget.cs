namespace Divvy.Simulation.Faults;

/// <summary>What can be made to go wrong: a workload's processes, links and disks.</summary>
internal interface IFaultTarget
{
    /// <summary>Makes it go wrong. Returns a line for the trace that says what was hit, and how it is ended; null if
    /// there is nothing that it could hit now.</summary>
    (string Text, Action Heal)? Strike(Fault fault);
}
