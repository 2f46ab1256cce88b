using Divvy.Cli.Measurement;
using FsCheck.Fluent;

namespace Divvy.Cli.Tests.Measurement;

public sealed class LatencyHistogramTests
{
    [Fact]
    public void Quantile_OfNothing_IsZero() => new LatencyHistogram().Quantile(0.99).ShouldBe(TimeSpan.Zero);

    [Fact]
    public void Quantile_OneValue_IsThatValueAtEveryShare()
    {
        var histogram = new LatencyHistogram();
        histogram.Record(TimeSpan.FromMilliseconds(12.345));

        foreach (var share in new[] { 0, 0.5, 0.99, 1 })
            histogram.Quantile(share).ShouldBe(TimeSpan.FromMilliseconds(12.345));
    }

    [Fact]
    public void Record_LongerThanTheLongest_CountsAndKeepsTheMaximum()
    {
        var histogram = new LatencyHistogram();
        histogram.Record(TimeSpan.FromHours(5));

        histogram.Max.ShouldBe(TimeSpan.FromHours(5));
        histogram.Count.ShouldBe(1);
    }

    [Fact]
    public void Quantile_AnyValues_IsWithinOnePercentOfTheExactOne()
    {
        var values = Gen.Choose(0, 100_000_000).ListOf().Where(list => list.Count > 0).ToArbitrary();
        var shares = Gen.Choose(0, 1000).Select(thousandths => thousandths / 1000.0).ToArbitrary();
        FsCheck.Check.QuickThrowOnFailure(Prop.ForAll(values, shares, (microseconds, share) =>
        {
            var histogram = new LatencyHistogram();
            foreach (var value in microseconds)
                histogram.Record(TimeSpan.FromMicroseconds(value));
            var exact = Quantile.NearestRank(microseconds.Select(value => (double)value), share);
            var measured = histogram.Quantile(share).TotalMicroseconds;
            return measured >= exact && measured <= Math.Max(exact * 1.01, exact + 1);
        }));
    }

    [Theory]
    [InlineData(0.5, 2)]
    [InlineData(0.75, 3)]
    [InlineData(0.76, 4)]
    [InlineData(0, 1)]
    [InlineData(1, 4)]
    public void NearestRank_FourValues_TakesTheSmallestThatCoversTheShare(double share, double expected) =>
        Quantile.NearestRank([4, 1, 3, 2], share).ShouldBe(expected);
}
