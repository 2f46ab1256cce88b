namespace Divvy.Histories.Ownership;

/// <summary>One plan that was committed.</summary>
/// <param name="At">When.</param>
/// <param name="Namespace">For which service.</param>
/// <param name="Moves">Shards that change their owner by it.</param>
/// <param name="Budget">How many may.</param>
/// <param name="InFlight">Moves under way right after it.</param>
/// <param name="InFlightLimit">How many may be.</param>
/// <param name="Broken">Hard constraints it breaks, each in a sentence.</param>
public sealed record PlanRecord(
    TimeSpan At, string Namespace, int Moves, int Budget, int InFlight, int InFlightLimit, IReadOnlyList<string> Broken);
