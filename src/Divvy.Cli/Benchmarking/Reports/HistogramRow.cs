using Divvy.Cli.Benchmarking.Loads;

namespace Divvy.Cli.Benchmarking.Reports;

/// <summary>One row of the response time histogram: how many took up to so long, and longer than the row before.
/// </summary>
internal readonly record struct HistogramRow(double UpToSeconds, long Count)
{
    /// <summary>Rows above the first, which counts the fastest alone.</summary>
    public const int Steps = 10;

    /// <summary>Equal steps from the fastest to the slowest.</summary>
    public static IReadOnlyList<HistogramRow> Of(LatencySummary summary)
    {
        var rows = new HistogramRow[Steps + 1];
        var step = (summary.Slowest - summary.Fastest) / Steps;
        for (var i = 0; i < Steps; i++)
            rows[i] = new HistogramRow(summary.Fastest + (step * i), 0);
        rows[Steps] = new HistogramRow(summary.Slowest, 0);
        var row = 0;
        for (var i = 0; i < summary.Buckets.Count; i++)
        {
            // The first bucket holds the fastest, whose row is the first, though the bucket's edge lies above it.
            var bucket = summary.Buckets[i];
            while (i > 0 && row < Steps && bucket.UpToSeconds > rows[row].UpToSeconds)
                row++;
            rows[row] = rows[row] with { Count = rows[row].Count + bucket.Count };
        }

        return rows;
    }
}
