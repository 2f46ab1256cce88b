using Divvy.Core.Assignment;
using Divvy.Core.Identity;

namespace Divvy.Coordination.Mirror;

/// <summary>A shard record that changed: null before: it was created; null after: it was removed.</summary>
public sealed record ShardChange(ShardId Shard, VersionedShard? Before, VersionedShard? After)
{
    /// <summary>A move goes on as planned: its owner has begun to yield, to whom it was to. Nothing is to be decided
    /// anew, because a plan counts a shard on the move where it goes.</summary>
    public bool IsProgress =>
        Before?.Record is { Phase: ShardPhase.Preparing } before && After?.Record is { Phase: ShardPhase.Yielding } now
        && now.Owner == before.Owner && now.Next == before.Next && now.Pin == before.Pin
        && now.Standbys.AsSpan().SequenceEqual(before.Standbys.AsSpan());
}
