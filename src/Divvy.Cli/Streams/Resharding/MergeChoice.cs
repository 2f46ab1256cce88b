using Divvy.Core.Streams;

namespace Divvy.Cli.Streams.Resharding;

/// <summary>Which shards to merge: adjacent pairs, from the start of the key space. Pure.</summary>
internal static class MergeChoice
{
    /// <summary>Pairs of open shards that have nothing between them, at most so many, none in two pairs.</summary>
    public static IReadOnlyList<(StreamShard Left, StreamShard Right)> Choose(
        IReadOnlyList<StreamShard> shards, int count)
    {
        var open = shards.Where(shard => !shard.IsClosed).OrderBy(shard => shard.HashKeys.Start).ToList();
        var pairs = new List<(StreamShard, StreamShard)>();
        for (var at = 0; at + 1 < open.Count && pairs.Count < count; at++)
        {
            if (open[at].HashKeys.End + 1 != open[at + 1].HashKeys.Start)
                continue;
            pairs.Add((open[at], open[at + 1]));
            at++;
        }
        return pairs;
    }
}
