using Divvy.Simulation.Runs;

namespace Divvy.Simulation.Mutants;

/// <summary>The product with one rule broken on purpose, to prove that the simulator would notice.</summary>
internal sealed record Mutant
{
    public required string Name { get; init; }

    /// <summary>The rule that is broken, as it should be.</summary>
    public required string Rule { get; init; }

    /// <summary>Where the rule comes from.</summary>
    public required string Source { get; init; }

    /// <summary>Under which the breach shows.</summary>
    public required WorkloadKind Workload { get; init; }

    /// <summary>The checkers that should notice; any of them will do.</summary>
    public required IReadOnlyList<string> Checkers { get; init; }

    /// <summary>Within how many seeds.</summary>
    public required int Seeds { get; init; }

    public required IReadOnlyList<MutantEdit> Edits { get; init; }
}
