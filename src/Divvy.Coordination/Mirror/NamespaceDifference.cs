using System.Collections.Immutable;
using Divvy.Core.Assignment;
using Divvy.Core.Identity;

namespace Divvy.Coordination.Mirror;

/// <summary>What is different between two snapshots of a namespace.</summary>
internal static class NamespaceDifference
{
    /// <summary>Looks at everything: for a namespace that was read anew.</summary>
    public static NamespaceDelta Between(NamespaceSnapshot before, NamespaceSnapshot after) =>
        Between(
            before,
            after,
            new SortedSet<ShardId>(before.Shards.Keys.Concat(after.Shards.Keys)),
            new SortedSet<InstanceId>(before.Instances.Keys.Concat(after.Instances.Keys)));

    /// <summary>Looks at what was touched.</summary>
    public static NamespaceDelta Between(
        NamespaceSnapshot before, NamespaceSnapshot after, SortedSet<ShardId> shards, SortedSet<InstanceId> instances)
    {
        var shardChanges = ImmutableArray.CreateBuilder<ShardChange>(shards.Count);
        foreach (var shard in shards)
        {
            var (old, now) = (Find(before.Shards, shard), Find(after.Shards, shard));
            if (old?.Revision != now?.Revision)
                shardChanges.Add(new ShardChange(shard, old, now));
        }
        var instanceChanges = ImmutableArray.CreateBuilder<InstanceChange>(instances.Count);
        foreach (var instance in instances)
        {
            var old = before.Instances.GetValueOrDefault(instance);
            var now = after.Instances.GetValueOrDefault(instance);
            if (old != now)
                instanceChanges.Add(new InstanceChange(old, now));
        }
        return new NamespaceDelta(before, after, shardChanges.DrainToImmutable(), instanceChanges.DrainToImmutable());
    }

    private static VersionedShard? Find(ImmutableSortedDictionary<ShardId, VersionedShard> shards, ShardId shard) =>
        shards.TryGetValue(shard, out var version) ? version : null;
}
