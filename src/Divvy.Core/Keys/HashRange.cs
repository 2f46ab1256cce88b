using System.Globalization;

namespace Divvy.Core.Keys;

/// <summary>A half-open range of the 64-bit key-hash space: Start inclusive, End exclusive; an End of 0 means 2^64.
/// A range is never empty; Start 0 with End 0 is the whole space. Text form: two 16-digit hex numbers, "start-
/// end".</summary>
public readonly record struct HashRange(ulong Start, ulong End)
{
    public static readonly HashRange Full = new(0, 0);

    /// <summary>The last hash inside.</summary>
    public ulong Last => unchecked(End - 1);

    public bool Contains(ulong hash) => hash >= Start && hash <= Last;

    public bool Overlaps(HashRange other) => Start <= other.Last && other.Start <= Last;

    /// <summary>The index-th of count equal ranges: boundaries are floor(index * 2^64 / count).</summary>
    public static HashRange Equal(int index, int count)
    {
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(count);
        ArgumentOutOfRangeException.ThrowIfNegative(index);
        ArgumentOutOfRangeException.ThrowIfGreaterThanOrEqual(index, count);
        return new HashRange(Boundary(index, count), Boundary(index + 1, count));
    }

    private static ulong Boundary(int index, int count) => (ulong)(((UInt128)(uint)index << 64) / (uint)count);

    public override string ToString() =>
        string.Create(CultureInfo.InvariantCulture, $"{Start:x16}-{End:x16}");
}
