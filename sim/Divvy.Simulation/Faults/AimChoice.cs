namespace Divvy.Simulation.Faults;

/// <summary>What the faults of a workload can wait for.</summary>
/// <param name="Moments">The instants it tells of.</param>
/// <param name="Kinds">What may go wrong then.</param>
/// <param name="Parts">Who may be hit.</param>
internal sealed record AimChoice(
    IReadOnlyList<Moment> Moments, IReadOnlyList<FaultKind> Kinds, IReadOnlyList<Part> Parts);
