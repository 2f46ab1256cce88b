using Divvy.Simulation.Faults;
using Divvy.Simulation.World;

namespace Divvy.Simulation.Runs;

/// <summary>What happens in a run.</summary>
internal interface IWorkload
{
    /// <summary>What may go wrong in it.</summary>
    IReadOnlyList<FaultKind> FaultKinds { get; }

    /// <summary>Those of them that wait for a moment of the protocol by themselves.</summary>
    IReadOnlyList<FaultKind> AimedKinds => [];

    /// <summary>Some that may come on top of all others, and wait for a moment of the protocol by themselves.</summary>
    IReadOnlyList<FaultKind> FurtherKinds => [];

    /// <summary>Moments that any fault can be made to wait for; null: none.</summary>
    AimChoice? Aims => null;

    /// <summary>Starts everything, keeps it busy while the faults of the plan strike, heals, and requires that all
    /// works again. Ends when nothing is left to be checked.</summary>
    Task RunAsync(SimWorld world, SimulationOptions options, FaultPlan faults, RunReport report);
}
