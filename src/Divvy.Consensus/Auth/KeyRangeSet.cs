using System.Collections.Immutable;
using Divvy.Consensus.Mvcc;

namespace Divvy.Consensus.Auth;

/// <summary>The union of key ranges: disjoint half-open intervals in order, those that touch made one. So what two
/// permissions allow side by side, a request across both may do.</summary>
internal sealed class KeyRangeSet
{
    private readonly ImmutableArray<Interval> intervals;

    private KeyRangeSet(ImmutableArray<Interval> intervals) => this.intervals = intervals;

    /// <summary>How many intervals are left after joining.</summary>
    public int Count => intervals.Length;

    public static KeyRangeSet Union(IEnumerable<KeyRange> ranges)
    {
        var sorted = ranges.Where(range => !range.Start.IsEmpty).Select(ToInterval).Where(range => !range.IsEmpty)
            .OrderBy(range => range.Start, Comparer<ReadOnlyMemory<byte>>.Create(Compare));
        var joined = ImmutableArray.CreateBuilder<Interval>();
        foreach (var next in sorted)
        {
            if (joined.Count == 0 || !joined[^1].Touches(next.Start))
                joined.Add(next);
            else if (joined[^1].EndsBefore(next))
                joined[^1] = joined[^1] with { End = next.End };
        }
        return new KeyRangeSet(joined.ToImmutable());
    }

    /// <summary>Whether every key of the range is inside. An interval without keys counts by its ends.</summary>
    public bool Covers(KeyRange keys)
    {
        var place = LastStartingAtOrBefore(keys.Start.Span);
        if (place < 0)
            return false;
        var interval = intervals[place];
        return keys.Kind == KeyRangeKind.Single
            ? interval.End is not { } end || keys.Start.Span.SequenceCompareTo(end.Span) < 0
            : !interval.EndsBefore(ToInterval(keys)) && interval.Touches(keys.Start);
    }

    private int LastStartingAtOrBefore(ReadOnlySpan<byte> key)
    {
        var low = 0;
        var high = intervals.Length;
        while (low < high)
        {
            var middle = (low + high) / 2;
            if (intervals[middle].Start.Span.SequenceCompareTo(key) <= 0)
                low = middle + 1;
            else
                high = middle;
        }
        return low - 1;
    }

    private static Interval ToInterval(KeyRange keys) => keys.Kind switch
    {
        // The least key above a key is that key and a zero byte.
        KeyRangeKind.Single => new Interval(keys.Start, (byte[])[.. keys.Start.Span, 0]),
        KeyRangeKind.Interval => new Interval(keys.Start, keys.End),
        _ => new Interval(keys.Start, null),
    };

    private static int Compare(ReadOnlyMemory<byte> left, ReadOnlyMemory<byte> right) =>
        left.Span.SequenceCompareTo(right.Span);

    /// <param name="Start">First key.</param>
    /// <param name="End">First key after; null: none.</param>
    private readonly record struct Interval(ReadOnlyMemory<byte> Start, ReadOnlyMemory<byte>? End)
    {
        public bool IsEmpty => End is { } end && Compare(end, Start) <= 0;

        /// <summary>Whether a key is inside or just after.</summary>
        public bool Touches(ReadOnlyMemory<byte> key) => End is not { } end || Compare(key, end) <= 0;

        public bool EndsBefore(Interval other) =>
            End is { } end && (other.End is not { } otherEnd || Compare(end, otherEnd) < 0);
    }
}
