namespace Divvy.Telemetry.Prometheus;

/// <summary>The numbers of one series. Guarded by its instrument's lock.</summary>
internal sealed class Series(int buckets)
{
    private readonly long[] counts = new long[buckets];

    /// <summary>A counter's total, a gauge's last value, a histogram's sum.</summary>
    public double Value { get; private set; }

    /// <summary>A histogram's number of observations.</summary>
    public long Count { get; private set; }

    public void Add(double value) => Value += value;

    public void Set(double value) => Value = value;

    public void Observe(double value, IReadOnlyList<double> bounds)
    {
        Value += value;
        Count++;
        for (var index = 0; index < bounds.Count; index++)
        {
            if (value > bounds[index])
                continue;
            counts[index]++;
            return;
        }
    }

    /// <summary>Observations at or below the bucket's bound.</summary>
    public long Cumulative(int bucket)
    {
        var sum = 0L;
        for (var index = 0; index <= bucket; index++)
            sum += counts[index];
        return sum;
    }
}
