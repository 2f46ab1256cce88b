using System.Numerics;

namespace Divvy.Cli.Measurement;

/// <summary>Counts durations in buckets that grow with the value, as HdrHistogram does: each power of two of
/// microseconds is cut into <see cref="SubBuckets"/> equal parts, so a quantile is at most 1/<see cref="SubBuckets"/>
/// too large and the size does not depend on how many values are recorded. Not thread-safe.</summary>
internal sealed class LatencyHistogram
{
    /// <summary>Parts of each power of two: quantiles are exact to less than one percent.</summary>
    public const int SubBuckets = 128;

    /// <summary>Longer durations are counted as this one; <see cref="Max"/> stays exact.</summary>
    public static readonly TimeSpan Longest = TimeSpan.FromHours(1);

    private const int SubBucketBits = 7;

    private readonly long[] counts = new long[IndexOf((long)Longest.TotalMicroseconds) + 1];

    public long Count { get; private set; }

    public TimeSpan Max { get; private set; }

    public void Record(TimeSpan duration)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(duration, TimeSpan.Zero);
        counts[IndexOf((long)Math.Min(duration.TotalMicroseconds, Longest.TotalMicroseconds))]++;
        Count++;
        Max = duration > Max ? duration : Max;
    }

    /// <summary>The upper edge of the bucket that holds the nearest-rank quantile, never above <see cref="Max"/>;
    /// zero of none.</summary>
    public TimeSpan Quantile(double share)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(share);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(share, 1.0);
        var rank = Math.Max(1, (long)Math.Ceiling(share * Count));
        var seen = 0L;
        for (var index = 0; index < counts.Length; index++)
        {
            seen += counts[index];
            if (seen >= rank)
                return Min(TimeSpan.FromMicroseconds(UpperEdge(index)), Max);
        }
        return Max;
    }

    // Below 2 * SubBuckets a bucket is one microsecond wide; above, an index is (power, part).
    private static int IndexOf(long microseconds)
    {
        var power = BitOperations.Log2((ulong)microseconds | 1) - SubBucketBits;
        return power <= 0
            ? (int)microseconds
            : (power * SubBuckets) + (int)(microseconds >> power);
    }

    private static long UpperEdge(int index)
    {
        var power = Math.Max(0, (index / SubBuckets) - 1);
        var part = index - (power * SubBuckets);
        return ((part + 1L) << power) - 1;
    }

    private static TimeSpan Min(TimeSpan one, TimeSpan other) => one < other ? one : other;
}
