using Divvy.Cli.Benchmarking.Loads;
using Divvy.Cli.Benchmarking.Reports;

namespace Divvy.Cli.Tests.Benchmarking.Reports;

public sealed class BenchTextTests
{
    private static readonly LatencySummary summary = new()
    {
        Count = 100,
        Failed = 3,
        TotalSeconds = 2.5,
        Fastest = 0.001,
        Slowest = 0.011,
        Average = 0.0033,
        StandardDeviation = 0.0021,
        Buckets = [new(0.001, 1), new(0.0015, 79), new(0.0035, 10), new(0.011, 10)],
        Errors = new Dictionary<string, long> { ["etcdserver: no leader"] = 1, ["etcdserver: request timed out"] = 2 },
        Timeline = [new(1700000000, 1, 240, 11, 80), new(1700000001, 1.5, 90, 10, 20)],
    };

    [Fact]
    public void Write_Summary_IsTheReportOfEtcdsBenchmark() => Text(summary, isPrecise: false).ShouldBe(
        """

        Summary:
          Total:	2.5000 secs.
          Slowest:	0.0110 secs.
          Fastest:	0.0010 secs.
          Average:	0.0033 secs.
          Stddev:	0.0021 secs.
          Requests/sec:	40.0000

        Response time histogram:
          0.0010 [1]	|
          0.0020 [79]	|∎∎∎∎∎∎∎∎∎∎∎∎∎∎∎∎∎∎∎∎∎∎∎∎∎∎∎∎∎∎∎∎∎∎∎∎∎∎∎∎
          0.0030 [0]	|
          0.0040 [10]	|∎∎∎∎∎
          0.0050 [0]	|
          0.0060 [0]	|
          0.0070 [0]	|
          0.0080 [0]	|
          0.0090 [0]	|
          0.0100 [0]	|
          0.0110 [10]	|∎∎∎∎∎

        Latency distribution:
          10% in 0.0015 secs.
          25% in 0.0015 secs.
          50% in 0.0015 secs.
          75% in 0.0015 secs.
          90% in 0.0110 secs.
          95% in 0.0110 secs.
          99% in 0.0110 secs.

        Sample in one second (unix latency throughput):
        UNIX-SECOND,MIN-LATENCY-MS,AVG-LATENCY-MS,MAX-LATENCY-MS,AVG-THROUGHPUT
        1700000000,1.000000,3.000000,11.000000,80
        1700000001,1.500000,4.500000,10.000000,20

        Error distribution:
          [2]	etcdserver: request timed out
          [1]	etcdserver: no leader

        """);

    [Fact]
    public void Write_Precise_HasAllDigits() =>
        Text(summary with { Average = 0.003312345678 }, isPrecise: true).ShouldContain("Average:\t0.003312345678 secs.");

    [Fact]
    public void Write_NothingSucceeded_IsTheErrorsAlone() =>
        Text(summary with { Count = 0, Buckets = [] }, isPrecise: false).ShouldStartWith("\nError distribution:");

    [Theory]
    [InlineData(0, 10, "0 / 10 [                                        ] 0.00%")]
    [InlineData(5, 10, "5 / 10 [====================                    ] 50.00%")]
    [InlineData(10, 10, "10 / 10 [========================================] 100.00%")]
    public void ProgressLine_OfAShare_IsABar(long done, long total, string expected) =>
        ProgressLine.Line(done, total).ShouldBe(expected);

    private static string Text(LatencySummary summary, bool isPrecise)
    {
        using var writer = new StringWriter();
        BenchText.Write(writer, summary, isPrecise);
        return writer.ToString();
    }
}
