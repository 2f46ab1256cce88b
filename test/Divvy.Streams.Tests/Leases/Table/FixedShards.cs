using Divvy.Core.Streams;
using Divvy.Streams.Kinesis;

namespace Divvy.Streams.Tests.Leases.Table;

/// <summary>A stream of so many open shards.</summary>
internal sealed class FixedShards(int count) : IShardSource
{
    public ValueTask<IReadOnlyList<StreamShard>> ListShardsAsync(string stream, CancellationToken cancellationToken)
    {
        var width = UInt128.MaxValue / (UInt128)count;
        return ValueTask.FromResult<IReadOnlyList<StreamShard>>(
        [
            .. Enumerable.Range(0, count).Select(number => new StreamShard(
                $"shardId-{number:000000000000}",
                [],
                new HashKeyRange(
                    width * (UInt128)number,
                    number == count - 1 ? UInt128.MaxValue : (width * (UInt128)(number + 1)) - 1),
                false)),
        ]);
    }
}
