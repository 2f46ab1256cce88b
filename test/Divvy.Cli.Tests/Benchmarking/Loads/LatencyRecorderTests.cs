using System.Diagnostics;
using Divvy.Cli.Benchmarking.Http2;
using Divvy.Cli.Benchmarking.Loads;
using Divvy.Rpc;

namespace Divvy.Cli.Tests.Benchmarking.Loads;

public sealed class LatencyRecorderTests
{
    private readonly LatencyRecorder recorder = new(keepsSeconds: true, TimeProvider.System);

    [Fact]
    public void Summarize_KnownLatencies_HasTheirMoments()
    {
        foreach (var milliseconds in (double[])[1, 2, 3, 4])
            Record(milliseconds);

        var summary = recorder.Summarize(TimeSpan.FromSeconds(2));

        summary.Count.ShouldBe(4);
        summary.Fastest.ShouldBe(0.001, 1e-9);
        summary.Slowest.ShouldBe(0.004, 1e-9);
        summary.Average.ShouldBe(0.0025, 1e-9);
        summary.StandardDeviation.ShouldBe(Math.Sqrt(1.25) / 1000, 1e-9);
        summary.RequestsPerSecond.ShouldBe(2);
        summary.Timeline.Sum(second => second.Count).ShouldBe(4);
    }

    [Fact]
    public void Quantile_OfAThousand_IsExactToHalfAPercent()
    {
        for (var milliseconds = 1; milliseconds <= 1000; milliseconds++)
            Record(milliseconds);

        var summary = recorder.Summarize(TimeSpan.FromSeconds(1));

        foreach (var percent in (double[])[10, 50, 90, 99, 99.9])
            (summary.Quantile(percent) * 1000).ShouldNotBeNull().ShouldBe((percent * 10) + 1, percent * 0.05);
    }

    [Fact]
    public void Quantile_TooFewRequests_IsUnknown()
    {
        for (var i = 1; i <= 100; i++)
            Record(i);

        var summary = recorder.Summarize(TimeSpan.FromSeconds(1));

        summary.Quantile(99).ShouldNotBeNull();
        summary.Quantile(99.9).ShouldBeNull();
    }

    [Fact]
    public void Errors_OfManyKinds_AreCountedApartUpToALimit()
    {
        for (var i = 0; i < LatencyRecorder.MaxErrorKinds + 10; i++)
            recorder.Record(0, 1, new CallStatus(RpcStatusCode.Unavailable, $"{i}"));
        recorder.Record(0, 1, new CallStatus(RpcStatusCode.Unavailable, "0"));

        var summary = recorder.Summarize(TimeSpan.FromSeconds(1));

        summary.Count.ShouldBe(0);
        summary.Failed.ShouldBe(LatencyRecorder.MaxErrorKinds + 11);
        summary.Errors.Count.ShouldBe(LatencyRecorder.MaxErrorKinds + 1);
        summary.Errors["rpc error: code = Unavailable desc = 0"].ShouldBe(2);
    }

    private void Record(double milliseconds) =>
        recorder.Record(0, (long)Math.Round(milliseconds * Stopwatch.Frequency / 1000), CallStatus.Ok);
}
