using Divvy.Histories.Ownership;

namespace Divvy.Histories.Tests.Ownership;

public sealed class RequestCheckerTests
{
    private readonly RequestChecker checker = new(grace: TimeSpan.FromSeconds(1));

    [Fact]
    public void Verdict_FailureInQuietTimes_IsFound()
    {
        Observe(0, 1, null);
        Observe(2, 3, "no owner");
        checker.Verdict().ShouldHaveSingleItem().Checker.ShouldBe("requests.failed");
        checker.Requests.ShouldBe(2);
    }

    [Theory]
    [InlineData(2, 3)]
    [InlineData(5.5, 7)]
    [InlineData(3, 9)]
    public void Verdict_FailureAroundADisruption_IsExcused(double from, double to)
    {
        checker.ObserveDisruption(TimeSpan.FromSeconds(2.5), TimeSpan.FromSeconds(5));
        Observe(from, to, "no owner");
        checker.Verdict().ShouldBeEmpty();
    }

    [Theory]
    [InlineData(1, 2)]
    [InlineData(6, 7)]
    public void Verdict_FailureBesideADisruption_IsFound(double from, double to)
    {
        checker.ObserveDisruption(TimeSpan.FromSeconds(2.5), TimeSpan.FromSeconds(5));
        Observe(from, to, "no owner");
        checker.Verdict().Count.ShouldBe(1);
    }

    private void Observe(double from, double to, string? error) =>
        checker.Observe("c", "s", TimeSpan.FromSeconds(from), TimeSpan.FromSeconds(to), error);
}
