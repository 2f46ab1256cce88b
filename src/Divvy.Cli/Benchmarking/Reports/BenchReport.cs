using Divvy.Cli.Benchmarking.Loads;

namespace Divvy.Cli.Benchmarking.Reports;

/// <summary>The result of one load, as <c>-o json</c> prints it. Times in milliseconds but where the name says
/// seconds.</summary>
/// <param name="Name">What was measured.</param>
/// <param name="Count">Requests that ended well.</param>
/// <param name="Failed">The others.</param>
/// <param name="TotalSeconds">How long the load ran.</param>
/// <param name="RequestsPerSecond">Requests that ended well, a second.</param>
/// <param name="FastestMs">The shortest latency.</param>
/// <param name="SlowestMs">The longest.</param>
/// <param name="AverageMs">Their mean.</param>
/// <param name="StddevMs">Their standard deviation.</param>
/// <param name="PercentilesMs">By percent, <c>p50</c>; those that too few requests cannot tell are left out.</param>
/// <param name="Histogram">Eleven rows, as in the text.</param>
/// <param name="Errors">Failed requests by their error.</param>
/// <param name="Timeline">Second by second, with <c>--sample</c>.</param>
/// <param name="ClientCpuSeconds">Processor time of the load process during the load.</param>
/// <param name="ClientCpuMicrosecondsPerRequest">The same for one request: what the generator itself costs.</param>
internal sealed record BenchReport(
    string Name,
    long Count,
    long Failed,
    double TotalSeconds,
    double RequestsPerSecond,
    double FastestMs,
    double SlowestMs,
    double AverageMs,
    double StddevMs,
    IReadOnlyDictionary<string, double> PercentilesMs,
    IReadOnlyList<HistogramRow> Histogram,
    IReadOnlyDictionary<string, long> Errors,
    IReadOnlyList<SecondSample>? Timeline,
    double ClientCpuSeconds,
    double ClientCpuMicrosecondsPerRequest)
{
    public static BenchReport Of(BenchResult result)
    {
        var summary = result.Summary;
        var ended = summary.Count + summary.Failed;
        return new BenchReport(
            result.Name,
            summary.Count,
            summary.Failed,
            summary.TotalSeconds,
            summary.RequestsPerSecond,
            summary.Fastest * 1000,
            summary.Slowest * 1000,
            summary.Average * 1000,
            summary.StandardDeviation * 1000,
            BenchText.Percents
                .Select(percent => (percent, latency: summary.Quantile(percent)))
                .Where(entry => entry.latency is not null)
                .ToDictionary(
                    entry => FormattableString.Invariant($"p{entry.percent}"), entry => entry.latency!.Value * 1000),
            HistogramRow.Of(summary),
            summary.Errors,
            summary.Timeline.Count == 0 ? null : summary.Timeline,
            result.ClientCpu.TotalSeconds,
            ended == 0 ? 0 : result.ClientCpu.TotalMicroseconds / ended);
    }
}
