using System.Collections.Immutable;
using Divvy.Core.Identity;
using Divvy.Core.Keys;

namespace Divvy.Coordination.Listing;

/// <summary>A shard to add to a listed namespace.</summary>
/// <param name="Shard">Its name.</param>
/// <param name="Range">For people; the whole space when nothing is said.</param>
/// <param name="Parents">The finished shards whose work it goes on with (R9).</param>
/// <param name="State">Its first state.</param>
internal sealed record ShardAddition(
    ShardId Shard, HashRange Range, ImmutableArray<ShardId> Parents, ReadOnlyMemory<byte> State);
