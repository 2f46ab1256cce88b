namespace Divvy.Telemetry.Prometheus;

/// <summary>The numbers of one series. Guarded by its instrument's lock.</summary>
internal sealed class Series(int bounds)
{
    private readonly long[] counts = new long[bounds + 1];

    /// <summary>A counter's total, a gauge's last value, a histogram's sum.</summary>
    public double Value { get; private set; }

    /// <summary>A histogram's observations by bucket; the last one is unbounded.</summary>
    public ReadOnlySpan<long> Counts => counts;

    public void Add(double value) => Value += value;

    public void Set(double value) => Value = value;

    public void Observe(double value, ReadOnlySpan<double> bounds)
    {
        Value += value;
        var bucket = 0;
        while (bucket < bounds.Length && value > bounds[bucket])
            bucket++;
        counts[bucket]++;
    }
}
