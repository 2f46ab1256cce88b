using Divvy.Core.Hosting;
using Divvy.Core.Identity;
using Divvy.Core.Routing;

namespace Divvy.Client.Hosting;

/// <summary>The newest role heard of each shard: which shard a key belongs to, and whose states to take. Thread-safe.
/// </summary>
/// <remarks>The table for keys is made when it is asked for, because a start brings thousands of roles and no request.
/// </remarks>
internal sealed class RoleDirectory
{
    private readonly Lock gate = new();
    private readonly Dictionary<ShardId, RoleAssignment> roles = [];
    private RoutingTable? table = RoutingTable.Empty;
    private volatile bool isListed;

    /// <summary>The namespace lists its shards by name: no key leads to one.</summary>
    public bool IsListed
    {
        get => isListed;
        set => isListed = value;
    }

    public void Apply(bool isFullSet, IReadOnlyList<RoleAssignment> changes)
    {
        lock (gate)
        {
            if (isFullSet)
                roles.Clear();
            foreach (var role in changes)
            {
                if (!roles.TryGetValue(role.Shard, out var known) || known.Revision <= role.Revision)
                    roles[role.Shard] = role;
            }
            table = null;
        }
    }

    public RoleAssignment? Find(ShardId shard)
    {
        lock (gate)
            return roles.GetValueOrDefault(shard);
    }

    /// <summary>The shard that covers a hash, among those this instance has heard of.</summary>
    public ShardId? Find(ulong hash) => (Volatile.Read(ref table) ?? Build()).Find(hash)?.Shard;

    private RoutingTable Build()
    {
        lock (gate)
        {
            return table ??= RoutingTable.Empty.Apply(
                RoutingChange.Snapshot(
                    Revision.None,
                    [.. roles.Values.Select(role => new RouteEntry(
                        role.Shard, role.Range, role.Generation, role.Revision, null, null))])
                with
                {
                    IsListed = isListed,
                });
        }
    }
}
