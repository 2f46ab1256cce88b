namespace Divvy.Consensus.Mvcc;

/// <summary>Every change since the last compaction, in the order of revisions: what watchers catch up from. It grows
/// by segments, so no append copies what is there, and a compaction gives the memory back.</summary>
internal sealed class RevisionLog
{
    private const int SegmentBits = 10;
    private const int SegmentLength = 1 << SegmentBits;

    private readonly List<KeyRecord[]> segments = [];
    private int head;

    public int Count { get; private set; }

    public KeyRecord this[int index]
    {
        get
        {
            var place = head + index;
            return segments[place >> SegmentBits][place & (SegmentLength - 1)];
        }
    }

    public void Append(KeyRecord record)
    {
        var place = head + Count;
        if (place >> SegmentBits == segments.Count)
            segments.Add(new KeyRecord[SegmentLength]);
        segments[place >> SegmentBits][place & (SegmentLength - 1)] = record;
        Count++;
    }

    /// <summary>Index of the first record at or after a revision; <see cref="Count"/> when there is none.</summary>
    public int FirstAtOrAfter(long revision)
    {
        int low = 0, high = Count;
        while (low < high)
        {
            var middle = (low + high) >>> 1;
            if (this[middle].ModRevision < revision)
                low = middle + 1;
            else
                high = middle;
        }
        return low;
    }

    /// <summary>Drops the oldest record.</summary>
    public void RemoveFirst()
    {
        // Emptied segments go in bundles: taking one off the front moves the pointers to all others.
        const int Bundle = 64;
        segments[head >> SegmentBits][head & (SegmentLength - 1)] = null!;
        head++;
        Count--;
        if ((head & (SegmentLength - 1)) == 0)
            segments[(head >> SegmentBits) - 1] = [];
        if (head < Bundle * SegmentLength)
            return;
        segments.RemoveRange(0, Bundle);
        head -= Bundle * SegmentLength;
    }
}
