namespace Divvy.Simulation.Faults;

/// <summary>What can be made to go wrong: a workload's processes, links and disks.</summary>
internal interface IFaultTarget
{
    /// <summary>Makes it go wrong. Returns a line for the trace that says what was hit, and how it is ended; null if
    /// there is nothing that it could hit now.</summary>
    (string Text, Action Heal)? Strike(Fault fault);

    /// <summary>Has a fault strike once that was seen which it waits for, with those named whom it hits. Perhaps it
    /// never is.</summary>
    void Await(Fault fault, Action<Fault> strike) =>
        throw new NotSupportedException($"nothing can be waited for here: {fault}");
}
