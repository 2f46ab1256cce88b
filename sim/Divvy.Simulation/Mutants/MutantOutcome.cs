namespace Divvy.Simulation.Mutants;

/// <summary>What became of a mutant.</summary>
/// <param name="Mutant">Which.</param>
/// <param name="CaughtBy">The checker that noticed first; null: nobody did.</param>
/// <param name="Seeds">How many seeds that took, or were run in vain.</param>
internal sealed record MutantOutcome(Mutant Mutant, string? CaughtBy, int Seeds)
{
    /// <summary>Somebody else than the checkers that were expected to.</summary>
    public bool IsCaughtByAnother =>
        CaughtBy is { } checker && !Mutant.Checkers.Any(expected => checker.Contains(expected, StringComparison.Ordinal));
}
