using System.Collections.Immutable;

namespace Divvy.Core.Planning;

/// <summary>What a plan does and leaves undone, for people and for metrics.</summary>
public sealed record PlanReport
{
    /// <summary>How many deferred moves are named; the others are only counted.</summary>
    public const int MaxDeferredListed = 1000;

    public required PlacementStrategy Strategy { get; init; }

    /// <summary>Shards, without those that are being removed.</summary>
    public required int Shards { get; init; }

    public required int Assignments { get; init; }

    public required int Takeovers { get; init; }

    /// <summary>Takeovers by an instance that was already warm: a standby, or the next owner of a move under
    /// way.</summary>
    public required int FastActivations { get; init; }

    /// <summary>Moves that begin now.</summary>
    public required int Moves { get; init; }

    public required int CancelledMoves { get; init; }

    public required int StandbyChanges { get; init; }

    /// <summary>Moves that were under way before.</summary>
    public required int MovesInFlight { get; init; }

    /// <summary>Moves still to make for the strategy to be content: <see cref="Moves"/> plus
    /// <see cref="DeferredMoves"/>. For <see cref="PlacementStrategy.Balanced"/> no plan with the same targets does
    /// with fewer.</summary>
    public required int MinimumMoves { get; init; }

    /// <summary>Moves that wait for the budget.</summary>
    public required int DeferredMoves { get; init; }

    /// <summary>The first <see cref="MaxDeferredListed"/> deferred moves.</summary>
    public required ImmutableArray<DeferredMove> Deferred { get; init; }

    public required ImmutableArray<UnplaceableShard> Unplaceable { get; init; }

    /// <summary>By instance id.</summary>
    public required ImmutableArray<InstanceLoad> Instances { get; init; }

    /// <summary>Over the instances that take shards: the largest difference to the fair share minus the smallest. With
    /// equal capacities that is the largest count minus the smallest.</summary>
    public required double SpreadBefore { get; init; }

    /// <summary><see cref="SpreadBefore"/>, once the plan is carried out.</summary>
    public required double SpreadAfter { get; init; }
}
