using System.Collections.Immutable;

namespace Divvy.Core.Planning;

/// <summary>Everything a plan depends on. The order of instances and shards does not matter, but sorted shards plan
/// faster.</summary>
public sealed record PlanningInput
{
    public PlannerPolicy Policy { get; init; } = new();

    /// <summary>The live instances, each id once.</summary>
    public required ImmutableArray<PlanningInstance> Instances { get; init; }

    /// <summary>The shards, each id once.</summary>
    public required ImmutableArray<PlanningShard> Shards { get; init; }
}
