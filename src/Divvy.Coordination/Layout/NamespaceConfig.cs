using System.Text.Json.Serialization;
using Divvy.Core.Assignment;
using Divvy.Core.Keys;
using Divvy.Core.Planning;

namespace Divvy.Coordination.Layout;

/// <summary>What is configured for one namespace, as it is in the store. Immutable; <see cref="Layout"/>,
/// <see cref="Mode"/> and <see cref="Shards"/> never change during a namespace's life (R10).</summary>
public sealed record NamespaceConfig
{
    public const int DefaultShards = 20;

    /// <summary>How the namespace comes by its shards.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingDefault)]
    public NamespaceLayout Layout { get; init; }

    /// <summary>Number of equal ranges the key space is cut into; 0 in a listed namespace, where no shard is missing
    /// that
    /// was not added.</summary>
    public int Shards { get; init; } = DefaultShards;

    public OwnershipMode Mode { get; init; } = OwnershipMode.Exclusive;

    public PlacementStrategy Strategy { get; init; } = PlacementStrategy.Balanced;

    /// <summary>Warm standbys per shard, 0 to 2.</summary>
    public int Standbys { get; init; }

    /// <summary>How long an instance may be silent before its session ends; null: the server's default.</summary>
    public int? SessionTtlMs { get; init; }

    /// <summary>Planned moves under way at the same time; null: the planner's default.</summary>
    public int? MaxMovesInFlight { get; init; }

    /// <summary>Of those, how many one instance takes part in; null: the planner's default.</summary>
    public int? MaxMovesPerInstance { get; init; }

    /// <summary>How long the next owner of a planned move may prepare before the move is given up; null: the core's
    /// default.</summary>
    public int? PrepareTimeoutMs { get; init; }

    /// <summary>How long an owner may take to yield before it is reported (exclusive) or overruled (affinity); null:
    /// the core's default.</summary>
    public int? YieldTimeoutMs { get; init; }

    /// <summary>How long an instance that did not become ready for a shard is not chosen for it again; null: the core's
    /// default.</summary>
    public int? PenaltyMs { get; init; }

    /// <summary>The namespace is being removed: its shards close, then the configuration goes (R9).</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingDefault)]
    public bool Deleting { get; init; }

    /// <summary>A namespace whose shards are added by name.</summary>
    public static NamespaceConfig Listed { get; } = new() { Layout = NamespaceLayout.Listed, Shards = 0 };

    /// <summary>What the planner is asked for.</summary>
    public PlannerPolicy ToPolicy()
    {
        var defaults = new PlannerPolicy();
        return defaults with
        {
            Strategy = Strategy,
            Standbys = Standbys,
            MaxMovesInFlight = MaxMovesInFlight ?? defaults.MaxMovesInFlight,
            MaxMovesPerInstance = MaxMovesPerInstance ?? defaults.MaxMovesPerInstance,
        };
    }

    /// <summary>How long a move may stay in a phase.</summary>
    public MoveDeadlinesOptions ToDeadlines()
    {
        var defaults = new MoveDeadlinesOptions();
        return defaults with
        {
            PrepareTimeoutMs = PrepareTimeoutMs ?? defaults.PrepareTimeoutMs,
            YieldTimeoutMs = YieldTimeoutMs ?? defaults.YieldTimeoutMs,
            PenaltyMs = PenaltyMs ?? defaults.PenaltyMs,
        };
    }
}
