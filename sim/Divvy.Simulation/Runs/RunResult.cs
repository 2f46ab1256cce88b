using Divvy.Simulation.World;

namespace Divvy.Simulation.Runs;

/// <summary>How a run ended.</summary>
/// <param name="Options">What it was like.</param>
/// <param name="Faults">How many faults its plan had.</param>
/// <param name="Hash">Of all that happened: equal for two runs of one seed.</param>
/// <param name="Simulated">True time that passed in it.</param>
/// <param name="Took">How long that took here.</param>
/// <param name="Processor">How much of one core that took, the compiler and the collector included.</param>
/// <param name="Violations">The rules that were broken.</param>
/// <param name="Counters">What happened how often.</param>
/// <param name="Lines">The trace, if it was kept.</param>
internal sealed record RunResult(
    SimulationOptions Options,
    int Faults,
    ulong Hash,
    TimeSpan Simulated,
    TimeSpan Took,
    TimeSpan Processor,
    IReadOnlyList<Violation> Violations,
    IReadOnlyDictionary<string, long> Counters,
    IReadOnlyList<TraceLine> Lines);
