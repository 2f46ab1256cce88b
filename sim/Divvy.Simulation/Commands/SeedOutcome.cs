using Divvy.Simulation.Runs;

namespace Divvy.Simulation.Commands;

/// <summary>How the process that ran a seed ended.</summary>
/// <param name="Seed">The seed.</param>
/// <param name="ExitCode">0 if no rule was broken.</param>
/// <param name="Output">What it printed.</param>
/// <param name="Took">How long it took.</param>
internal sealed record SeedOutcome(ulong Seed, int ExitCode, string Output, TimeSpan Took)
{
    /// <summary>What the run took, if it came to its end.</summary>
    public Effort Effort { get; init; }
}
