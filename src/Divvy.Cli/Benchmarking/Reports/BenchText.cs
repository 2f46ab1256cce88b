using System.Globalization;
using Divvy.Cli.Benchmarking.Loads;

namespace Divvy.Cli.Benchmarking.Reports;

/// <summary>The report in the format of etcd's benchmark, to the character, so that what reads the one reads the
/// other.</summary>
internal static class BenchText
{
    /// <summary>The percentiles of the latency distribution.</summary>
    public static readonly IReadOnlyList<double> Percents = [10, 25, 50, 75, 90, 95, 99, 99.9];

    private const int LongestBar = 40;
    private const char BarCharacter = '∎';

    /// <param name="writer">Where to.</param>
    /// <param name="summary">What to print.</param>
    /// <param name="isPrecise">As many digits as there are, instead of four after the point.</param>
    public static void Write(TextWriter writer, LatencySummary summary, bool isPrecise)
    {
        if (summary.Count > 0)
        {
            WriteSummary(writer, summary, isPrecise);
            WriteHistogram(writer, summary, isPrecise);
            WriteLatencies(writer, summary, isPrecise);
            if (summary.Timeline.Count > 0)
                WriteTimeline(writer, summary.Timeline);
        }

        if (summary.Errors.Count == 0)
            return;
        writer.Write("\nError distribution:\n");
        foreach (var (error, count) in summary.Errors.OrderByDescending(entry => entry.Value))
            writer.Write($"  [{count}]\t{error}\n");
    }

    private static void WriteSummary(TextWriter writer, LatencySummary summary, bool isPrecise)
    {
        writer.Write("\nSummary:\n");
        writer.Write($"  Total:\t{Number(summary.TotalSeconds, isPrecise)} secs.\n");
        writer.Write($"  Slowest:\t{Number(summary.Slowest, isPrecise)} secs.\n");
        writer.Write($"  Fastest:\t{Number(summary.Fastest, isPrecise)} secs.\n");
        writer.Write($"  Average:\t{Number(summary.Average, isPrecise)} secs.\n");
        writer.Write($"  Stddev:\t{Number(summary.StandardDeviation, isPrecise)} secs.\n");
        writer.Write($"  Requests/sec:\t{Number(summary.RequestsPerSecond, isPrecise)}\n");
    }

    private static void WriteHistogram(TextWriter writer, LatencySummary summary, bool isPrecise)
    {
        var rows = HistogramRow.Of(summary);
        var most = rows.Max(row => row.Count);
        writer.Write("\nResponse time histogram:\n");
        foreach (var row in rows)
        {
            var bar = new string(BarCharacter, most == 0 ? 0 : (int)(row.Count * LongestBar / most));
            writer.Write($"  {Number(row.UpToSeconds, isPrecise)} [{row.Count}]\t|{bar}\n");
        }
    }

    private static void WriteLatencies(TextWriter writer, LatencySummary summary, bool isPrecise)
    {
        writer.Write("\nLatency distribution:\n");
        foreach (var percent in Percents)
        {
            if (summary.Quantile(percent) is { } latency)
                writer.Write(FormattableString.Invariant(
                    $"  {percent}% in {Number(latency, isPrecise)} secs.\n"));
        }
    }

    private static void WriteTimeline(TextWriter writer, IReadOnlyList<SecondSample> timeline)
    {
        writer.Write("\nSample in one second (unix latency throughput):\n");
        writer.Write("UNIX-SECOND,MIN-LATENCY-MS,AVG-LATENCY-MS,MAX-LATENCY-MS,AVG-THROUGHPUT\n");
        foreach (var second in timeline)
        {
            var average = second.SumMilliseconds / second.Count;
            writer.Write(FormattableString.Invariant(
                $"{second.UnixSecond},{second.MinMilliseconds:0.000000},{average:0.000000},"));
            writer.Write(FormattableString.Invariant($"{second.MaxMilliseconds:0.000000},{second.Count}\n"));
        }
    }

    private static string Number(double value, bool isPrecise) =>
        value.ToString(isPrecise ? "R" : "0.0000", CultureInfo.InvariantCulture);
}
