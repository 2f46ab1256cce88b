using Divvy.Core.Streams;

namespace Divvy.Cli.Streams;

/// <summary>What <c>divvy stream verify</c> says of a stream.</summary>
/// <param name="Stream">Its name.</param>
/// <param name="Total">Shards the service still knows.</param>
/// <param name="Open">Those that take records.</param>
/// <param name="Closed">Those that were split or merged.</param>
/// <param name="CoversAllKeys">Whether the open shards hold each hash key once.</param>
internal sealed record ShardCounts(string Stream, int Total, int Open, int Closed, bool CoversAllKeys)
{
    public static ShardCounts Of(string stream, IReadOnlyList<StreamShard> shards)
    {
        var open = shards.Where(shard => !shard.IsClosed).ToList();
        return new ShardCounts(stream, shards.Count, open.Count, shards.Count - open.Count, Covers(open));
    }

    private static bool Covers(List<StreamShard> open)
    {
        var ranges = open.Select(shard => shard.HashKeys).OrderBy(range => range.Start).ToList();
        return ranges.Count > 0
            && ranges[0].Start == HashKeyRange.All.Start
            && ranges[^1].End == HashKeyRange.All.End
            && ranges.Zip(ranges.Skip(1)).All(pair => pair.First.End + 1 == pair.Second.Start);
    }
}
