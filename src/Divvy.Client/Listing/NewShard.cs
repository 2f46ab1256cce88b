using System.Collections.Immutable;
using Divvy.Core.Identity;
using Divvy.Core.Keys;
using Google.Protobuf;

namespace Divvy.Client.Listing;

/// <summary>A shard to add to a listed namespace.</summary>
/// <param name="Shard">1 to 128 letters, digits, '-', '_', '.', ':'.</param>
public sealed record NewShard(ShardId Shard)
{
    /// <summary>Finished shards whose work it goes on with: an instance does not give it away before it has dropped
    /// them. Not for a shard that is to run beside its parents.</summary>
    public ImmutableArray<ShardId> Parents { get; init; } = [];

    /// <summary>For people and tools: no key leads to a listed shard.</summary>
    public HashRange Range { get; init; } = HashRange.Full;

    /// <summary>The first state, at most 16 KiB.</summary>
    public ReadOnlyMemory<byte> State { get; init; }

    internal Rpc.Sharding.ShardAddition ToMessage()
    {
        var message = new Rpc.Sharding.ShardAddition
        {
            Shard = Shard.Value,
            RangeStart = Range.Start,
            RangeEnd = Range.End,
            State = UnsafeByteOperations.UnsafeWrap(State),
        };
        message.Parents.AddRange(Parents.Select(parent => parent.Value));
        return message;
    }
}
