namespace Divvy.Coordination.Admin;

/// <summary>What the planner would do now, and why.</summary>
public sealed record PlanView
{
    public required string Strategy { get; init; }

    public required int Shards { get; init; }

    public required int Assignments { get; init; }

    public required int Takeovers { get; init; }

    public required int Moves { get; init; }

    public required int MinimumMoves { get; init; }

    public required int DeferredMoves { get; init; }

    public required int MovesInFlight { get; init; }

    public required double SpreadBefore { get; init; }

    public required double SpreadAfter { get; init; }

    public required IReadOnlyList<PlanChangeView> Changes { get; init; }

    public required IReadOnlyList<PlanInstanceView> Instances { get; init; }

    /// <summary>Shards that ought to have another owner and cannot, with the reason.</summary>
    public required IReadOnlyList<PlanUnplaceableView> Unplaceable { get; init; }

    /// <summary>Rules the plan breaks; such a plan is never carried out.</summary>
    public required IReadOnlyList<string> Violations { get; init; }
}
