using Divvy.Cli.Measurement;

namespace Divvy.Cli.Benchmarking.Comparison;

/// <summary>All runs of a cell. The two contenders took turns, so a disturbance of the machine hits both.</summary>
internal sealed record CellResult(
    string Cell, IReadOnlyList<CellSample> Baseline, IReadOnlyList<CellSample> Candidate)
{
    /// <summary>Throughput of the candidate to that of the baseline, medians of both; 0 if the
    /// baseline did nothing.</summary>
    public double Ratio => Median(Baseline, sample => sample.PerSecond) is > 0 and var rate
        ? Median(Candidate, sample => sample.PerSecond) / rate
        : 0;

    public static double Median(IEnumerable<CellSample> samples, Func<CellSample, double> value) =>
        Quantile.NearestRank(samples.Select(value), 0.5);
}
