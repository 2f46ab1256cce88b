using Divvy.Cli.Streams;
using Divvy.Cli.Streams.Resharding;
using Divvy.Core.Streams;

namespace Divvy.Cli.Tests.Streams;

public sealed class ReshardingTests
{
    private static readonly UInt128 quarter = UInt128.One << 126;

    // A closed shard whose children are 1 and 2, of which 1 is half of what 2 is; 3 follows.
    private static readonly StreamShard[] shards =
    [
        Shard(0, 0, (quarter * 3) - 1, isClosed: true),
        Shard(1, 0, quarter - 1),
        Shard(2, quarter, (quarter * 3) - 1),
        Shard(3, quarter * 3, UInt128.MaxValue),
    ];

    [Fact]
    public void SplitChoice_OpenShards_WidestFirstThenById()
    {
        SplitChoice.Choose(shards, 10).Select(shard => shard.Id).ShouldBe(["shard-2", "shard-1", "shard-3"]);
        SplitChoice.Choose(shards, 1).Single().Id.ShouldBe("shard-2");
    }

    [Fact]
    public void SplitChoice_ShardOfOneKey_IsLeftAlone() =>
        SplitChoice.Choose([Shard(0, 5, 5)], 1).ShouldBeEmpty();

    [Theory]
    [InlineData(0ul, 1ul, 1ul)]
    [InlineData(0ul, 9ul, 5ul)]
    [InlineData(10ul, 12ul, 12ul)]
    public void Middle_OfARange_LiesInsideAndNotAtItsStart(ulong start, ulong end, ulong middle) =>
        SplitChoice.Middle(new HashKeyRange(start, end)).ShouldBe(middle);

    [Fact]
    public void Middle_OfAllKeys_IsHalf() => SplitChoice.Middle(HashKeyRange.All).ShouldBe(UInt128.One << 127);

    [Fact]
    public void MergeChoice_AdjacentOpenShards_AreInOnePairAtMost()
    {
        MergeChoice.Choose(shards, 10).Select(pair => (pair.Left.Id, pair.Right.Id))
            .ShouldBe([("shard-1", "shard-2")]);
        MergeChoice.Choose([shards[1], shards[3]], 10).ShouldBeEmpty();
    }

    [Fact]
    public void ShardCounts_OfAStream_SayWhetherKeysAreMissingOrTwice()
    {
        ShardCounts.Of("s", shards).ShouldBe(new ShardCounts("s", 4, 3, 1, CoversAllKeys: true));
        ShardCounts.Of("s", [shards[1], shards[2]]).CoversAllKeys.ShouldBeFalse();
        ShardCounts.Of("s", [shards[2], shards[3]]).CoversAllKeys.ShouldBeFalse();
        ShardCounts.Of("s", [shards[1], shards[3]]).CoversAllKeys.ShouldBeFalse();
        ShardCounts.Of("s", [.. shards, Shard(4, 7, 7)]).CoversAllKeys.ShouldBeFalse();
        ShardCounts.Of("s", []).CoversAllKeys.ShouldBeFalse();
    }

    private static StreamShard Shard(int id, UInt128 start, UInt128 end, bool isClosed = false) =>
        new($"shard-{id}", [], new HashKeyRange(start, end), isClosed);
}
