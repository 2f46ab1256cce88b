namespace Divvy.Consensus.Mvcc;

/// <summary>The keys a request speaks of, in etcd's three forms: one key, a half-open interval, or every key from one
/// on. An interval whose end is not above its start is empty, as in etcd.</summary>
public readonly struct KeyRange
{
    private KeyRange(ReadOnlyMemory<byte> start, ReadOnlyMemory<byte> end, KeyRangeKind kind)
    {
        Start = start;
        End = end;
        Kind = kind;
    }

    public ReadOnlyMemory<byte> Start { get; }

    /// <summary>First key after the interval; meaningful for <see cref="KeyRangeKind.Interval"/> only.</summary>
    public ReadOnlyMemory<byte> End { get; }

    public KeyRangeKind Kind { get; }

    public static KeyRange Single(ReadOnlyMemory<byte> key) => new(key, default, KeyRangeKind.Single);

    public static KeyRange Interval(ReadOnlyMemory<byte> start, ReadOnlyMemory<byte> end) =>
        new(start, end, KeyRangeKind.Interval);

    public static KeyRange From(ReadOnlyMemory<byte> start) => new(start, default, KeyRangeKind.From);

    /// <summary>Reads the pair <c>key</c>, <c>range_end</c>: no end is one key, an end of one zero byte is every key
    /// from <c>key</c> on.</summary>
    public static KeyRange FromWire(ReadOnlyMemory<byte> key, ReadOnlyMemory<byte> rangeEnd) => rangeEnd.Length switch
    {
        0 => Single(key),
        1 when rangeEnd.Span[0] == 0 => From(key),
        _ => Interval(key, rangeEnd),
    };

    public bool Contains(ReadOnlySpan<byte> key) => Kind switch
    {
        KeyRangeKind.Single => key.SequenceEqual(Start.Span),
        KeyRangeKind.Interval => key.SequenceCompareTo(Start.Span) >= 0 && key.SequenceCompareTo(End.Span) < 0,
        _ => key.SequenceCompareTo(Start.Span) >= 0,
    };

    /// <summary>Whether both were made of the same keys in the same form.</summary>
    internal bool SameAs(KeyRange other) =>
        Kind == other.Kind && Start.Span.SequenceEqual(other.Start.Span) && End.Span.SequenceEqual(other.End.Span);

    /// <summary>True when no key at or after <paramref name="key"/> can be inside.</summary>
    internal bool IsPast(ReadOnlySpan<byte> key) =>
        Kind == KeyRangeKind.Interval && key.SequenceCompareTo(End.Span) >= 0;
}
