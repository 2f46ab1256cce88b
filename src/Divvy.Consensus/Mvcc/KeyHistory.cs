namespace Divvy.Consensus.Mvcc;

/// <summary>The records of one key, oldest first. Compaction takes them off the front, one at a time. Most keys have
/// one record, which is kept without an array around it.</summary>
internal sealed class KeyHistory(byte[] key)
{
    /// <summary>Null, the only record, or an array of them.</summary>
    private object? records;

    private int first;
    private int count;

    public byte[] Key { get; } = key;

    public int Count => count;

    /// <summary>The newest record, tombstones included; null before the first.</summary>
    public KeyRecord? Newest => count == 0 ? null : this[count - 1];

    /// <summary>The newest record unless the key is deleted.</summary>
    public KeyRecord? Live => Newest is { IsTombstone: false } record ? record : null;

    public KeyRecord this[int index] => records as KeyRecord ?? ((KeyRecord[])records!)[first + index];

    /// <summary>The key as it was at a revision; null when it did not exist.</summary>
    public KeyRecord? At(long revision)
    {
        var index = LastAtOrBefore(revision);
        return index >= 0 && this[index] is { IsTombstone: false } record ? record : null;
    }

    /// <summary>Index of the oldest record that a store compacted to a revision keeps, whether or not the older ones
    /// were taken off yet. A tombstone at or below the revision is nothing that a read could see.</summary>
    public int FirstKept(long compactedRevision)
    {
        var index = LastAtOrBefore(compactedRevision);
        return index >= 0 && !this[index].IsTombstone ? index : index + 1;
    }

    /// <summary>Index of the first record after one, which need not be there any more.</summary>
    public int FirstAfter(long modRevision, int subRevision)
    {
        var index = LastAtOrBefore(modRevision);
        while (index >= 0 && this[index].ModRevision == modRevision && this[index].SubRevision > subRevision)
            index--;
        return index + 1;
    }

    public void Append(KeyRecord record)
    {
        if (count == 0)
        {
            records = record;
            first = 0;
            count = 1;
            return;
        }
        var array = records as KeyRecord[] ?? [(KeyRecord)records!, null!];
        if (first + count == array.Length)
            array = MakeRoom(array);
        array[first + count] = record;
        records = array;
        count++;
    }

    /// <summary>Takes off the oldest record and returns it.</summary>
    public KeyRecord RemoveFirst()
    {
        var oldest = this[0];
        count--;
        if (count == 0)
        {
            records = null;
            return oldest;
        }
        var array = (KeyRecord[])records!;
        array[first++] = null!;
        if (count == 1)
        {
            records = array[first];
            first = 0;
        }
        else if (count * 4 <= array.Length)
        {
            Move(array, new KeyRecord[count * 2]);
        }
        return oldest;
    }

    private KeyRecord[] MakeRoom(KeyRecord[] array)
    {
        if (first < array.Length / 2)
            return Move(array, new KeyRecord[array.Length * 2]);
        Move(array, array);
        Array.Clear(array, count, array.Length - count);
        return array;
    }

    private KeyRecord[] Move(KeyRecord[] from, KeyRecord[] to)
    {
        Array.Copy(from, first, to, 0, count);
        records = to;
        first = 0;
        return to;
    }

    private int LastAtOrBefore(long revision)
    {
        if (count == 0 || this[count - 1].ModRevision <= revision)
            return count - 1;
        int low = 0, high = count - 1;
        while (low < high)
        {
            var middle = (low + high) >>> 1;
            if (this[middle].ModRevision <= revision)
                low = middle + 1;
            else
                high = middle;
        }
        return low - 1;
    }
}
