using System.Collections.Immutable;

namespace Divvy.Core.Planning;

/// <summary>What to change, most urgent first: shards that nobody serves, moves to give up, drains, pins, balance,
/// standbys. At most one change a shard; each is valid without the others, so a plan may be committed in
/// pieces.</summary>
public sealed record AssignmentPlan(ImmutableArray<PlannedChange> Changes)
{
    public static AssignmentPlan Empty { get; } = new(ImmutableArray<PlannedChange>.Empty);

    public bool IsEmpty => Changes.IsEmpty;
}
