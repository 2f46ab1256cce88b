using Divvy.Core.Identity;
using Divvy.Core.Keys;

namespace Divvy.Core.Tests.Keys;

public sealed class FixedLayoutTests
{
    [Theory]
    [InlineData(1)]
    [InlineData(7)]
    [InlineData(10_000)]
    public void Shards_AnyCount_AreNumberedAndPartitionTheSpace(int count)
    {
        var shards = FixedLayout.Shards(count);
        shards.Length.ShouldBe(count);
        shards[0].Shard.ShouldBe(new ShardId("0"));
        shards[^1].Shard.ShouldBe(new ShardId($"{count - 1}"));
        HashRange.Full.IsPartitionedBy(shards.Select(shard => shard.Range).ToArray()).ShouldBeTrue();
    }

    [Theory]
    [InlineData(0)]
    [InlineData(FixedLayout.MaxShards + 1)]
    public void Shards_OutsideTheLimits_IsRefused(int count) =>
        Should.Throw<ArgumentOutOfRangeException>(() => FixedLayout.Shards(count));
}
