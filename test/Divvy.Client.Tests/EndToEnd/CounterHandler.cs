using System.Collections.Concurrent;
using System.Text.Json;
using Divvy.Client.Hosting;
using Divvy.Core.Identity;

namespace Divvy.Client.Tests.EndToEnd;

/// <summary>Counters that live in memory and move with their shards: a lost or doubled request shows in a count, and so does
/// a hand-over that went wrong.</summary>
internal sealed class CounterHandler : IShardHandler
{
    private readonly ConcurrentDictionary<ShardId, ConcurrentDictionary<string, long>> shards = [];

    public long Increment(ShardId shard, string key) => shards[shard].AddOrUpdate(key, 1, (_, value) => value + 1);

    public ValueTask AddAsync(ShardContext shard, HandOver? state, CancellationToken cancellationToken)
    {
        shards[shard.Shard] = state is null
            ? []
            : JsonSerializer.Deserialize<ConcurrentDictionary<string, long>>(state.State.Span)!;
        return default;
    }

    public ValueTask<HandOver?> PrepareDropAsync(ShardContext shard, CancellationToken cancellationToken) =>
        new(new HandOver(JsonSerializer.SerializeToUtf8Bytes(shards[shard.Shard])));

    public ValueTask DropAsync(ShardContext shard, CancellationToken cancellationToken)
    {
        shards.TryRemove(shard.Shard, out _);
        return default;
    }
}
