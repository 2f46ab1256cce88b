using System.Collections.Immutable;

namespace Divvy.Core.Streams;

/// <summary>A shard of a Kinesis stream, as ListShards tells it.</summary>
/// <param name="Id">For example <c>shardId-000000000007</c>.</param>
/// <param name="Parents">None, one (it came from a split) or two (from a merge): ids, the adjacent parent last.</param>
/// <param name="HashKeys">The keys it holds.</param>
/// <param name="IsClosed">It takes no more records: it was split or merged.</param>
public sealed record StreamShard(string Id, ImmutableArray<string> Parents, HashKeyRange HashKeys, bool IsClosed);
