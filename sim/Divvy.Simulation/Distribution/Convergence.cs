using Divvy.Core.Assignment;

namespace Divvy.Simulation.Distribution;

/// <summary>Whether everything works, seen from outside: each shard is owned by whom its record names and believed by
/// nobody else, nothing is under way, and every router knows it.</summary>
internal static class Convergence
{
    /// <summary>What is missing; null: nothing.</summary>
    public static string? Missing(DistributionCluster cluster)
    {
        var expected = cluster.Settings.Namespace.Shards;
        if (cluster.Records.Shards.Count != expected)
            return $"{cluster.Records.Shards.Count} of {expected} shards have a record";
        foreach (var version in cluster.Records.Shards.Values)
        {
            if (MissingOf(version, cluster) is { } missing)
                return missing;
        }

        return null;
    }

    private static string? MissingOf(in VersionedShard version, DistributionCluster cluster)
    {
        var record = version.Record;
        if (record.Phase != ShardPhase.Stable)
            return $"{record.Shard} is {record.Phase} from {record.Owner} to {record.Next} at {version.Revision}";
        if (record.Owner is not { } owner || !cluster.Records.IsLive(owner))
            return $"{record.Shard} has no live owner (last: {record.Owner})";
        if (cluster.Owners.OwnerOf(record.Shard) is not { } holder)
            return $"nobody serves {record.Shard}, which is {owner}'s at {record.Generation} ({version.Revision})";
        if (holder.Session != owner || holder.Generation != record.Generation)
            return $"{holder.Session} serves {record.Shard} at {holder.Generation}, which is {owner}'s at"
                + $" {record.Generation}";
        foreach (var (router, table) in cluster.Routers)
        {
            var route = table.Find(record.Shard);
            if (route is null || route.Owner?.Instance != owner.Instance || route.Generation != record.Generation
                || route.Address != cluster.Records.AddressOf(owner))
            {
                return $"{router} routes {record.Shard} to {route?.Owner} at {route?.Generation}, which is"
                    + $" {owner}'s at {record.Generation}";
            }
        }

        return null;
    }
}
