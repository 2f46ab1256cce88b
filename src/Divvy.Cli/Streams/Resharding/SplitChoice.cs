using Divvy.Core.Streams;

namespace Divvy.Cli.Streams.Resharding;

/// <summary>Which shards to split, and where: the widest first, in the middle. Pure.</summary>
internal static class SplitChoice
{
    /// <summary>Open shards to split, at most so many; of equal width those of the smaller ids first.</summary>
    public static IReadOnlyList<StreamShard> Choose(IReadOnlyList<StreamShard> shards, int count) =>
    [
        .. shards.Where(shard => !shard.IsClosed && shard.HashKeys.End > shard.HashKeys.Start)
            .OrderByDescending(shard => Order(shard.HashKeys))
            .ThenBy(shard => shard.Id, StringComparer.Ordinal)
            .Take(count),
    ];

    /// <summary>Where the second child begins.</summary>
    public static UInt128 Middle(HashKeyRange range) => range.Start + ((range.End - range.Start) / 2) + 1;

    // Shards of a stream differ by one key where the key space does not divide evenly: these count as equal.
    private static int Order(HashKeyRange range) => 128 - (int)UInt128.LeadingZeroCount(range.End - range.Start);
}
