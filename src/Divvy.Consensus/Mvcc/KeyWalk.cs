namespace Divvy.Consensus.Mvcc;

/// <summary>A walk over the histories of a range, in key order, that may pause for as long as it likes: when the
/// index changed meanwhile it finds its place again by the key it was at. Keys that came or went meanwhile may or
/// may not be met; a reader at a pinned revision does not care, as what it can see stays.</summary>
internal struct KeyWalk(KeyIndex index, KeyRange range)
{
    private KeyIndex.Place place;
    private long version = -1;
    private bool isOver;

    public KeyHistory? Current { get; private set; }

    /// <summary>Goes to the next history; false at the end of the range.</summary>
    public bool MoveNext()
    {
        if (isOver)
            return false;
        if (version != index.Version)
        {
            place = Current is null ? index.SeekAtOrAfter(range.Start.Span) : index.SeekAfter(Current.Key);
            version = index.Version;
        }
        var next = place.TakeNext();
        isOver = next is null || range.IsPast(next.Key)
            || (range.Kind == KeyRangeKind.Single && !next.Key.AsSpan().SequenceEqual(range.Start.Span));
        if (!isOver)
            Current = next;
        return !isOver;
    }
}
