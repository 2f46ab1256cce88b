using Divvy.Cli.Measurement;

namespace Divvy.Cli.Benchmarking.Comparison;

/// <summary>All runs of a cell. The two contenders took turns, so a disturbance of the machine hits both.</summary>
internal sealed record CellResult(
    string Cell, IReadOnlyList<CellSample> Baseline, IReadOnlyList<CellSample> Candidate)
{
    /// <summary>Throughput of the candidate to that of the baseline, medians of both.</summary>
    public double Ratio => Median(Candidate, sample => sample.PerSecond)
        / Math.Max(double.Epsilon, Median(Baseline, sample => sample.PerSecond));

    public static double Median(IEnumerable<CellSample> samples, Func<CellSample, double> value) =>
        Quantile.NearestRank(samples.Select(value), 0.5);
}
