namespace Divvy.Consensus.Mvcc;

/// <summary>The records of one key, oldest first. Compaction cuts the front.</summary>
internal sealed class KeyHistory(byte[] key)
{
    private KeyRecord[] records = new KeyRecord[1];
    private int count;

    public byte[] Key { get; } = key;

    public int Count => count;

    /// <summary>The newest record, tombstones included; null before the first.</summary>
    public KeyRecord? Newest => count == 0 ? null : records[count - 1];

    /// <summary>The newest record unless the key is deleted.</summary>
    public KeyRecord? Live => Newest is { IsTombstone: false } record ? record : null;

    /// <summary>The key as it was at a revision; null when it did not exist.</summary>
    public KeyRecord? At(long revision)
    {
        var index = LastAtOrBefore(revision);
        return index >= 0 && !records[index].IsTombstone ? records[index] : null;
    }

    public void Append(KeyRecord record)
    {
        if (count == records.Length)
            Array.Resize(ref records, count * 2);
        records[count++] = record;
    }

    /// <summary>Forgets what no read at <paramref name="revision"/> or later can see, and returns the bytes it took. A
    /// tombstone at or below the revision is nothing such a read can see either.</summary>
    public long CompactTo(long revision)
    {
        var drop = LastAtOrBefore(revision);
        if (drop < 0)
            return 0;
        if (records[drop].IsTombstone)
            drop++;
        long freed = 0;
        for (var index = 0; index < drop; index++)
            freed += records[index].EstimatedBytes;
        if (drop > 0)
        {
            var kept = new KeyRecord[Math.Max(1, count - drop)];
            Array.Copy(records, drop, kept, 0, count - drop);
            records = kept;
            count -= drop;
        }
        return freed;
    }

    private int LastAtOrBefore(long revision)
    {
        if (count > 0 && records[count - 1].ModRevision <= revision)
            return count - 1;
        int low = 0, high = count - 1;
        while (low < high)
        {
            var middle = (low + high) >>> 1;
            if (records[middle].ModRevision <= revision)
                low = middle + 1;
            else
                high = middle;
        }
        return low - 1;
    }
}
