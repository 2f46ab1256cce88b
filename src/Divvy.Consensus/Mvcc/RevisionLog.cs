namespace Divvy.Consensus.Mvcc;

/// <summary>Every change since the last compaction, in the order of revisions: what watchers catch up from. A ring that
/// doubles when full; compaction bounds it.</summary>
internal sealed class RevisionLog
{
    private KeyRecord[] ring = new KeyRecord[1024];
    private int head;

    public int Count { get; private set; }

    public KeyRecord this[int index] => ring[(head + index) & (ring.Length - 1)];

    public void Append(KeyRecord record)
    {
        if (Count == ring.Length)
            Grow();
        ring[(head + Count) & (ring.Length - 1)] = record;
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

    /// <summary>Drops the oldest records.</summary>
    public void RemoveFirst(int number)
    {
        for (var index = 0; index < number; index++)
            ring[(head + index) & (ring.Length - 1)] = null!;
        head = (head + number) & (ring.Length - 1);
        Count -= number;
    }

    private void Grow()
    {
        var larger = new KeyRecord[ring.Length * 2];
        for (var index = 0; index < Count; index++)
            larger[index] = this[index];
        ring = larger;
        head = 0;
    }
}
