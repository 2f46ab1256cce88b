using System.Collections.Immutable;

namespace Divvy.Coordination.Mirror;

/// <summary>What one step of the mirror changed in one namespace.</summary>
public sealed record NamespaceDelta(
    NamespaceSnapshot Before,
    NamespaceSnapshot After,
    ImmutableArray<ShardChange> Shards,
    ImmutableArray<InstanceChange> Instances)
{
    public string Name => After.Name;

    /// <summary>Something a controller decides by has changed; leader keys, events and moves that go on as planned are
    /// not among it.</summary>
    public bool ConcernsPlanning =>
        Shards.Any(static shard => !shard.IsProgress) || Instances.Length > 0
        || !ReferenceEquals(Before.Config, After.Config) || !ReferenceEquals(Before.Statuses, After.Statuses)
        || !ReferenceEquals(Before.Unreadable, After.Unreadable);
}
