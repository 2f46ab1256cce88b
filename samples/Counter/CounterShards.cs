using System.Collections.Concurrent;
using System.Text.Json;
using Divvy.Client.Hosting;
using Divvy.Core.Identity;

namespace Counter;

/// <summary>The counters of the shards that are here. They live while somebody hands them over: a real service would
/// also store them, with the generation as fencing token.</summary>
internal sealed class CounterShards : IShardHandler
{
    private readonly ConcurrentDictionary<ShardId, ConcurrentDictionary<string, long>> shards = [];

    public long Increment(ShardId shard, string counter) =>
        shards[shard].AddOrUpdate(counter, 1, (_, value) => value + 1);

    public ValueTask AddAsync(ShardContext shard, HandOver? state, CancellationToken cancellationToken)
    {
        shards[shard.Shard] = state is null
            ? []
            : JsonSerializer.Deserialize<ConcurrentDictionary<string, long>>(state.State.Span)!;
        return default;
    }

    public ValueTask<HandOver?> PrepareDropAsync(ShardContext shard, CancellationToken cancellationToken) =>
        ValueTask.FromResult<HandOver?>(new HandOver(JsonSerializer.SerializeToUtf8Bytes(shards[shard.Shard])));

    public ValueTask DropAsync(ShardContext shard, CancellationToken cancellationToken)
    {
        shards.TryRemove(shard.Shard, out _);
        return default;
    }
}
