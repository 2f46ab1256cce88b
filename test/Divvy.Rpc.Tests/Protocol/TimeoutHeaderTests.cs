using Divvy.Rpc.Protocol;
using FsCheck;
using FsCheck.Fluent;

namespace Divvy.Rpc.Tests.Protocol;

public sealed class TimeoutHeaderTests
{
    [Theory]
    [InlineData("1H", 36_000_000_000)]
    [InlineData("2M", 1_200_000_000)]
    [InlineData("3S", 30_000_000)]
    [InlineData("4m", 40_000)]
    [InlineData("5u", 50)]
    [InlineData("600n", 6)]
    [InlineData("1n", 1)]
    [InlineData("0S", 0)]
    [InlineData("99999999H", 3_599_999_964_000_000_000)]
    public void TryParse_EachUnit_IsItsTicks(string text, long ticks)
    {
        TimeoutHeader.TryParse(text, out var timeout).ShouldBeTrue();
        timeout.Ticks.ShouldBe(ticks);
    }

    [Theory]
    [InlineData("")]
    [InlineData("S")]
    [InlineData("1")]
    [InlineData("1s")]
    [InlineData("1h")]
    [InlineData("-1S")]
    [InlineData("+1S")]
    [InlineData(" 1S")]
    [InlineData("1.5S")]
    [InlineData("123456789S")]
    public void TryParse_Malformed_IsFalse(string text) =>
        TimeoutHeader.TryParse(text, out _).ShouldBeFalse();

    [Theory]
    [InlineData(1, "100n")]
    [InlineData(0, "100n")]
    [InlineData(999_999, "99999900n")]
    [InlineData(1_000_000, "100000u")]
    [InlineData(1_000_001, "100001u")]
    [InlineData(long.MaxValue, "99999999H")]
    public void Format_AtTheEdges_UsesTheFinestUnitThatFits(long ticks, string text) =>
        TimeoutHeader.Format(TimeSpan.FromTicks(ticks)).ShouldBe(text);

    [Fact]
    public void Format_AnyTime_ParsesToNoLessAndHardlyMore()
    {
        var times = ArbMap.Default.GeneratorFor<long>().Select(seed => Math.Abs(seed % (long.MaxValue >> 2)) + 1);
        // Small numbers are generated most; the shift spreads them over all units.
        var spread = Gen.Choose(0, 40).SelectMany(shift => times.Select(t => (t << shift) & (long.MaxValue >> 2)));
        Prop.ForAll(spread.ToArbitrary(), ticks =>
        {
            var text = TimeoutHeader.Format(TimeSpan.FromTicks(ticks));
            text.Length.ShouldBeLessThanOrEqualTo(9);
            TimeoutHeader.TryParse(text, out var parsed).ShouldBeTrue();
            parsed.Ticks.ShouldBeGreaterThanOrEqualTo(ticks);
            // Eight digits of which the unit below would not fit: a unit is at most 1/1666 of the time.
            ((double)parsed.Ticks).ShouldBeLessThanOrEqualTo((ticks * 1.001) + 1);
        }).QuickCheckThrowOnFailure();
    }
}
