namespace Divvy.Store.Metrics;

/// <summary>Observations sorted into buckets whose bounds are fixed. Thread-safe: a reader sees every observation
/// whole or not at all in the counts; the sum may run ahead of them by those in progress.</summary>
internal sealed class Buckets(double[] bounds)
{
    private readonly long[] counts = new long[bounds.Length + 1];
    private long sumBits;

    public ReadOnlySpan<double> Bounds => bounds;

    public double Sum => BitConverter.Int64BitsToDouble(Volatile.Read(ref sumBits));

    /// <summary>Bounds that grow by a factor.</summary>
    public static double[] Exponential(double start, double factor, int count)
    {
        var bounds = new double[count];
        for (var index = 0; index < count; index++)
        {
            bounds[index] = start;
            start *= factor;
        }
        return bounds;
    }

    public void Observe(double value)
    {
        var bucket = 0;
        while (bucket < bounds.Length && value > bounds[bucket])
            bucket++;
        Interlocked.Increment(ref counts[bucket]);
        var before = Volatile.Read(ref sumBits);
        while (true)
        {
            var after = BitConverter.DoubleToInt64Bits(BitConverter.Int64BitsToDouble(before) + value);
            var found = Interlocked.CompareExchange(ref sumBits, after, before);
            if (found == before)
                return;
            before = found;
        }
    }

    /// <summary>A copy of the counts, the unbounded bucket last.</summary>
    public long[] Counts()
    {
        var copy = new long[counts.Length];
        for (var index = 0; index < copy.Length; index++)
            copy[index] = Volatile.Read(ref counts[index]);
        return copy;
    }
}
