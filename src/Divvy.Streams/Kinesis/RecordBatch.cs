using System.Collections.Immutable;
using Divvy.Core.Streams;

namespace Divvy.Streams.Kinesis;

/// <summary>What one read of a shard gave. Immutable.</summary>
/// <param name="Records">In the shard's order; may be empty while more will come.</param>
/// <param name="NextIterator">Where the next read goes on: an iterator of GetRecords, in a fan-out subscription the
/// continuation sequence number. Null: the shard is closed and everything of it was read.</param>
/// <param name="BehindLatest">How long ago the newest record of the shard came that was not read yet; zero at the
/// tip. Some emulators say zero always.</param>
/// <param name="Children">At a closed shard's end the shards that go on with its keys, if the service named them: some
/// emulators do not, then <see cref="IShardSource.ListShardsAsync"/> knows them.</param>
public sealed record RecordBatch(
    IReadOnlyList<StreamRecord> Records,
    string? NextIterator,
    TimeSpan BehindLatest,
    ImmutableArray<StreamShard> Children)
{
    /// <summary>Whether the shard is closed and everything of it was read.</summary>
    public bool IsShardEnd => NextIterator is null;
}
