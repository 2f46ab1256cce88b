namespace Divvy.Cli.Measurement;

/// <summary>Exact quantiles of few values.</summary>
internal static class Quantile
{
    /// <summary>The nearest-rank quantile: the smallest value that at least this share of the values do not exceed;
    /// 0 of none.</summary>
    public static double NearestRank(IEnumerable<double> values, double share)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(share);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(share, 1.0);
        double[] sorted = [.. values.Order()];
        if (sorted.Length == 0)
            return 0;
        var rank = (int)Math.Ceiling(share * sorted.Length);
        return sorted[Math.Clamp(rank, 1, sorted.Length) - 1];
    }

    /// <summary>Milliseconds summed up for people.</summary>
    public static string Describe(IReadOnlyCollection<double> milliseconds) =>
        $"p50 {NearestRank(milliseconds, 0.5):0.0} ms, p99 {NearestRank(milliseconds, 0.99):0.0} ms, "
        + $"max {NearestRank(milliseconds, 1):0.0} ms";
}
