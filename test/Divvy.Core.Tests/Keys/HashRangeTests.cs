using Divvy.Core.Keys;
using FsCheck;
using FsCheck.Fluent;

namespace Divvy.Core.Tests.Keys;

public sealed class HashRangeTests
{
    private static readonly Arbitrary<ulong> hashes = Gen.OneOf(
            Gen.Choose(0, int.MaxValue).Two().Select(two => ((ulong)two.Item1 << 33) ^ (ulong)two.Item2),
            Gen.Elements(0UL, 1UL, ulong.MaxValue, ulong.MaxValue - 1, 1UL << 63))
        .ToArbitrary();

    [Fact]
    public void Equal_AnyCount_PartitionsTheSpaceIntoWidthsThatDifferByAtMostOne() =>
        Prop.ForAll(Gen.Choose(1, 3000).ToArbitrary(), count =>
        {
            var ranges = Enumerable.Range(0, count).Select(i => HashRange.Equal(i, count)).ToArray();
            HashRange.Full.IsPartitionedBy(ranges).ShouldBeTrue();
            (ranges.Max(r => r.Width) - ranges.Min(r => r.Width)).ShouldBeLessThanOrEqualTo((UInt128)1);
        }).QuickCheckThrowOnFailure();

    [Fact]
    public void TryParse_TheTextOfAnyRange_GivesItBack() =>
        Prop.ForAll(hashes, hashes, (a, b) =>
        {
            var range = new HashRange(Math.Min(a, b), Math.Max(a, b));
            if (range.Start == range.End) range = HashRange.Full;
            HashRange.TryParse(range.ToString(), out var read).ShouldBeTrue();
            read.ShouldBe(range);
        }).QuickCheckThrowOnFailure();

    [Theory]
    [InlineData("")]
    [InlineData("5")]
    [InlineData("-5")]
    [InlineData("x-5")]
    [InlineData("0-10000000000000000")]
    public void TryParse_NoRange_IsRefused(string text) => HashRange.TryParse(text, out _).ShouldBeFalse();

    [Fact]
    public void SplitAt_InsideTheRange_GivesPartsThatPartitionAndMergeBack() =>
        Prop.ForAll(hashes, hashes, hashes, (a, b, c) =>
        {
            var range = new HashRange(Math.Min(a, b), Math.Max(a, b));
            if (range.Start == range.End) range = HashRange.Full;
            if (c == range.Start || !range.Contains(c)) return;

            var (low, high) = range.SplitAt(c);

            range.IsPartitionedBy([high, low]).ShouldBeTrue();
            low.Overlaps(high).ShouldBeFalse();
            (low.Width + high.Width).ShouldBe(range.Width);
            low.MergeWith(high).ShouldBe(range);
            high.MergeWith(low).ShouldBe(range);
        }).QuickCheckThrowOnFailure();

    [Theory]
    [InlineData(10UL)]
    [InlineData(20UL)]
    [InlineData(9UL)]
    public void SplitAt_WhereAPartWouldBeEmpty_IsRefused(ulong boundary) =>
        Should.Throw<ArgumentOutOfRangeException>(() => new HashRange(10, 20).SplitAt(boundary));

    [Fact]
    public void MergeWith_RangesThatDoNotMeet_IsNull()
    {
        new HashRange(10, 20).MergeWith(new HashRange(21, 30)).ShouldBeNull();
        new HashRange(10, 20).MergeWith(new HashRange(15, 30)).ShouldBeNull();
        new HashRange(1UL << 63, 0).MergeWith(new HashRange(0, 1)).ShouldBeNull();
    }

    [Fact]
    public void IsPartitionedBy_GapOverlapOrStranger_IsFalse()
    {
        var range = new HashRange(10, 20);
        range.IsPartitionedBy([]).ShouldBeFalse();
        range.IsPartitionedBy([new(10, 15), new(16, 20)]).ShouldBeFalse();
        range.IsPartitionedBy([new(10, 16), new(15, 20)]).ShouldBeFalse();
        range.IsPartitionedBy([new(10, 21)]).ShouldBeFalse();
        range.IsPartitionedBy([new(9, 20)]).ShouldBeFalse();
        HashRange.Full.IsPartitionedBy([HashRange.Full, HashRange.Full]).ShouldBeFalse();
    }

    [Fact]
    public void Width_FullRange_IsTheWholeSpace() => HashRange.Full.Width.ShouldBe((UInt128)ulong.MaxValue + 1);
}
