using System.Collections.Immutable;
using Divvy.Core.Streams;
using Divvy.Streams.Kinesis;

namespace Divvy.Streams.Consuming;

/// <summary>What a reader gives to its shard's consumer.</summary>
/// <param name="Records">User records, new ones only; empty at the end.</param>
/// <param name="Bytes">What they take of the worker's budget.</param>
/// <param name="BehindLatest">How far reading was behind.</param>
/// <param name="EndsShard">Nothing will follow.</param>
/// <param name="Children">At the end: the shards that go on, if they were named.</param>
internal sealed record FetchedBatch(
    IReadOnlyList<StreamRecord> Records,
    long Bytes,
    TimeSpan BehindLatest,
    bool EndsShard,
    ImmutableArray<StreamShard> Children);
