using System.Numerics;

namespace Divvy.Core.Routing;

/// <summary>Finds the last of many ascending starts that is not above a hash: one look into a table by the hash's top
/// bits, then a short scan. With about two buckets an entry, equal ranges need at most two steps. A bucket that many
/// narrow ranges crowd into (after splits of a hot range) is searched in halves, so the worst case is logarithmic.
/// Immutable.</summary>
internal sealed class RangeIndex
{
    private const int ScanLimit = 8;
    private const int MaxBucketBits = 22;

    private readonly int[] lastAtOrBelow;
    private readonly int shift;

    private RangeIndex(int[] lastAtOrBelow, int shift)
    {
        this.lastAtOrBelow = lastAtOrBelow;
        this.shift = shift;
    }

    /// <summary>Builds the table for slots in ascending order of start.</summary>
    public static RangeIndex Build(ReadOnlySpan<RouteSlot> slots)
    {
        var bits = Math.Clamp(BitOperations.Log2((uint)slots.Length + 1) + 1, 1, MaxBucketBits);
        var shift = 64 - bits;
        var buckets = new int[(1 << bits) + 1];
        var next = 0;
        for (var bucket = 0; bucket < buckets.Length - 1; bucket++)
        {
            while (next < slots.Length && slots[next].Start <= (ulong)bucket << shift) next++;
            buckets[bucket] = next - 1;
        }
        buckets[^1] = slots.Length - 1;
        return new RangeIndex(buckets, shift);
    }

    /// <summary>The position of the slot whose range may contain the hash; -1 when all start above it.</summary>
    public int Find(RouteSlot[] slots, ulong hash)
    {
        var bucket = (int)(hash >> shift);
        var low = lastAtOrBelow[bucket];
        var high = lastAtOrBelow[bucket + 1];
        while (high - low > ScanLimit)
        {
            var middle = low + (high - low + 1) / 2;
            if (slots[middle].Start <= hash) low = middle;
            else high = middle - 1;
        }
        while (high > low && slots[high].Start > hash) high--;
        return high;
    }
}
