using Divvy.Core.Streams;

namespace Divvy.Streams.Kinesis;

/// <summary>Where the shards of a stream are asked for. Thread-safe.</summary>
public interface IShardSource
{
    /// <summary>All shards of the stream that the service still knows, open and closed.</summary>
    /// <exception cref="StreamNotFoundException">There is no such stream (any more).</exception>
    /// <exception cref="KinesisException">The service could not be asked; says why.</exception>
    ValueTask<IReadOnlyList<StreamShard>> ListShardsAsync(string stream, CancellationToken cancellationToken);
}
