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

    /// <summary>How many hashes lie inside: 1 to 2^64.</summary>
    public UInt128 Width => (UInt128)Last - Start + 1;

    /// <summary>Two ranges that cover this one and meet at <paramref name="boundary"/>, the first hash of the
    /// second.</summary>
    /// <exception cref="ArgumentOutOfRangeException">One of the two would be empty.</exception>
    public (HashRange Low, HashRange High) SplitAt(ulong boundary)
    {
        if (boundary == Start || !Contains(boundary))
        {
            throw new ArgumentOutOfRangeException(nameof(boundary), $"{boundary:x16} does not split {this} in two.");
        }
        return (new HashRange(Start, boundary), new HashRange(boundary, End));
    }

    /// <summary>This range and the one that starts where it ends, or ends where it starts, as one; null when they do
    /// not meet. The hash space is a line, not a ring: its end does not meet its start.</summary>
    public HashRange? MergeWith(HashRange neighbour)
    {
        if (End != 0 && End == neighbour.Start) return new HashRange(Start, neighbour.End);
        if (neighbour.End != 0 && neighbour.End == Start) return new HashRange(neighbour.Start, End);
        return null;
    }

    /// <summary>Whether the parts, in any order, cover this range exactly: no gap, no overlap, nothing
    /// outside.</summary>
    public bool IsPartitionedBy(ReadOnlySpan<HashRange> parts)
    {
        if (parts.IsEmpty) return false;
        var sorted = parts.ToArray();
        Array.Sort(sorted, static (left, right) => left.Start.CompareTo(right.Start));
        if (sorted[0].Start != Start || sorted[^1].Last != Last) return false;
        for (var i = 1; i < sorted.Length; i++)
        {
            // An end of 0 is the end of the space, and nothing comes after it.
            if (sorted[i - 1].End == 0 || sorted[i - 1].End != sorted[i].Start) return false;
        }
        return true;
    }

    /// <summary>Reads the text form; whether the range makes sense is not looked at.</summary>
    public static bool TryParse(string text, out HashRange range)
    {
        ArgumentNullException.ThrowIfNull(text);
        range = default;
        var dash = text.IndexOf('-', StringComparison.Ordinal);
        if (dash <= 0 || !TryParse(text.AsSpan(0, dash), out var start)
            || !TryParse(text.AsSpan(dash + 1), out var end))
        {
            return false;
        }
        range = new HashRange(start, end);
        return true;

        static bool TryParse(ReadOnlySpan<char> hex, out ulong value) =>
            ulong.TryParse(hex, NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out value);
    }

    private static ulong Boundary(int index, int count) => (ulong)(((UInt128)(uint)index << 64) / (uint)count);

    public override string ToString() =>
        string.Create(CultureInfo.InvariantCulture, $"{Start:x16}-{End:x16}");
}
