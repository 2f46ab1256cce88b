namespace Divvy.Cli.Benchmarking.Loads;

/// <summary>The latencies of the requests that ended well, in seconds, and the errors of the others.</summary>
internal sealed record LatencySummary
{
    /// <summary>Requests that ended well.</summary>
    public required long Count { get; init; }

    public required long Failed { get; init; }

    /// <summary>How long the load ran.</summary>
    public required double TotalSeconds { get; init; }

    public required double Fastest { get; init; }

    public required double Slowest { get; init; }

    public required double Average { get; init; }

    public required double StandardDeviation { get; init; }

    /// <summary>Ascending; none is empty.</summary>
    public required IReadOnlyList<LatencyBucket> Buckets { get; init; }

    /// <summary>Failed requests by what they ended with.</summary>
    public required IReadOnlyDictionary<string, long> Errors { get; init; }

    /// <summary>Second by second, if that was asked for.</summary>
    public required IReadOnlyList<SecondSample> Timeline { get; init; }

    /// <summary>Requests that ended well, a second.</summary>
    public double RequestsPerSecond => TotalSeconds > 0 ? Count / TotalSeconds : 0;

    /// <summary>The latency that this share of the requests did not exceed; null where there are too few requests to
    /// tell (as in etcd's tool, 99.9 % of 100 requests is not known).</summary>
    public double? Quantile(double percent)
    {
        var rank = (long)Math.Ceiling(percent * Count / 100.0);
        if (rank >= Count)
            return null;
        var seen = 0L;
        foreach (var bucket in Buckets)
        {
            seen += bucket.Count;
            if (seen > rank)
                return bucket.UpToSeconds;
        }

        return null;
    }
}
