using Divvy.Core.Assignment;
using Divvy.Core.Identity;

namespace Divvy.Coordination.Mirror;

/// <summary>A shard record that changed: null before: it was created; null after: it was removed.</summary>
public sealed record ShardChange(ShardId Shard, VersionedShard? Before, VersionedShard? After);
