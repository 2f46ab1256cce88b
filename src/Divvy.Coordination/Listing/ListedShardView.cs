using Divvy.Client.Etcd;
using Divvy.Core.Assignment;
using Divvy.Core.Identity;

namespace Divvy.Coordination.Listing;

/// <summary>A shard of a listed namespace as it was read.</summary>
internal sealed record ListedShardView(ShardId Shard)
{
    /// <summary>It is there; if not, it is finished, or never was.</summary>
    public bool Exists { get; init; }

    /// <summary>Null: it is not there, or cannot be read.</summary>
    public VersionedShard? Record { get; init; }

    /// <summary>Null: it was never there, or is forgotten.</summary>
    public Kv? State { get; init; }
}
