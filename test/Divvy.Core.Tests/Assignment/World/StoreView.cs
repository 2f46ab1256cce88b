using System.Collections.Immutable;
using Divvy.Core.Assignment;
using Divvy.Core.Hosting;
using Divvy.Core.Identity;

namespace Divvy.Core.Tests.Assignment.World;

/// <summary>The store at one revision. A server may hold any old one.</summary>
internal sealed record StoreView(
    Revision Revision,
    ImmutableSortedDictionary<ShardId, VersionedShard> Shards,
    ImmutableSortedDictionary<ShardId, (ShardRecord Last, Revision At)> Deleted,
    ImmutableSortedSet<SessionRef> Live) : ISessionDirectory
{
    public bool IsLive(SessionRef session) => Live.Contains(session);

    public string? AddressOf(SessionRef session) => Live.Contains(session) ? $"http://{session.Instance}" : null;

    /// <summary>What an update says to a session about one shard; null: the shard never was.</summary>
    public RoleAssignment? RoleOf(ShardId shard, SessionRef session)
    {
        if (Shards.TryGetValue(shard, out var record))
        {
            return RoleDerivation.Derive(record, session, this);
        }

        return Deleted.TryGetValue(shard, out var gone) ? RoleDerivation.Deleted(gone.Last, gone.At) : null;
    }

    /// <summary>The full set of a session.</summary>
    public List<RoleAssignment> RolesOf(SessionRef session) =>
    [
        .. Shards.Values.Select(shard => RoleDerivation.Derive(shard, session, this))
            .Where(role => role.Role != ShardRole.None),
    ];
}
