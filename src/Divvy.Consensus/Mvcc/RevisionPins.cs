namespace Divvy.Consensus.Mvcc;

/// <summary>The revisions that readers in progress still need. Compaction answers at once, but takes off nothing
/// that a read at a pinned revision could see.</summary>
internal sealed class RevisionPins
{
    private readonly SortedDictionary<long, int> readers = [];

    public int Count { get; private set; }

    /// <summary>The oldest pinned revision; the largest number when there is none.</summary>
    public long Lowest
    {
        get
        {
            foreach (var (revision, _) in readers)
                return revision;
            return long.MaxValue;
        }
    }

    public void Add(long revision)
    {
        readers[revision] = readers.GetValueOrDefault(revision) + 1;
        Count++;
    }

    public void Remove(long revision)
    {
        if (--readers[revision] == 0)
            readers.Remove(revision);
        Count--;
    }
}
