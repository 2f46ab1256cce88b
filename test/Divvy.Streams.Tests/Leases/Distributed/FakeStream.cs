using System.Collections.Immutable;
using Divvy.Core.Streams;
using Divvy.Streams.Kinesis;

namespace Divvy.Streams.Tests.Leases.Distributed;

/// <summary>A stream whose shards the test splits and merges. Thread-safe.</summary>
internal sealed class FakeStream : IShardSource
{
    public const string Name = "orders";

    private readonly Lock gate = new();
    private ImmutableSortedDictionary<string, StreamShard> shards =
        ImmutableSortedDictionary.Create<string, StreamShard>(StringComparer.Ordinal);

    /// <summary>Not null: what asking for the shards ends with.</summary>
    public Exception? Failure { get; set; }

    /// <summary>How often the shards were asked for.</summary>
    public int Listings { get; private set; }

    public void Create(int count)
    {
        var width = (UInt128.MaxValue / (uint)count) + 1;
        for (var i = 0; i < count; i++)
        {
            var end = i == count - 1 ? UInt128.MaxValue : (width * (uint)(i + 1)) - 1;
            Put(new StreamShard($"s{i:d3}", [], new HashKeyRange(width * (uint)i, end), false));
        }
    }

    public void Split(string parent)
    {
        var keys = Close(parent).HashKeys;
        var middle = keys.Start + ((keys.End - keys.Start) / 2);
        Put(new StreamShard($"{parent}-a", [parent], new HashKeyRange(keys.Start, middle), false));
        Put(new StreamShard($"{parent}-b", [parent], new HashKeyRange(middle + 1, keys.End), false));
    }

    public void Merge(string left, string right, string child) =>
        Put(new StreamShard(
            child, [left, right], new HashKeyRange(Close(left).HashKeys.Start, Close(right).HashKeys.End), false));

    /// <summary>The service forgets a shard whose records are too old.</summary>
    public void Forget(string shard)
    {
        lock (gate)
            shards = shards.Remove(shard);
    }

    public ValueTask<IReadOnlyList<StreamShard>> ListShardsAsync(string stream, CancellationToken cancellationToken)
    {
        lock (gate)
        {
            Listings++;
            return Failure is { } failure
                ? ValueTask.FromException<IReadOnlyList<StreamShard>>(failure)
                : ValueTask.FromResult<IReadOnlyList<StreamShard>>([.. shards.Values]);
        }
    }

    private StreamShard Close(string shard)
    {
        lock (gate)
        {
            var closed = shards[shard] with { IsClosed = true };
            Put(closed);
            return closed;
        }
    }

    private void Put(StreamShard shard)
    {
        lock (gate)
            shards = shards.SetItem(shard.Id, shard);
    }
}
