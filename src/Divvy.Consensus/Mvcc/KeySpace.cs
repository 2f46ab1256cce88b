using Divvy.Consensus.Mvcc.Leases;

namespace Divvy.Consensus.Mvcc;

/// <summary>The keys at every revision since the last compaction: the index, the log of changes, and the one place that
/// changes both. A writing request opens a revision, changes keys, and closes it.</summary>
internal sealed class KeySpace(LeaseBook leases)
{
    private readonly KeyIndex index = new();
    private readonly List<KeyRecord> changes = [];

    public MvccCounters Counters { get; } = new();

    public RevisionLog Log { get; } = new();

    /// <summary>The last closed revision. A fresh store is at 1, as etcd's is.</summary>
    public long Revision { get; private set; } = 1;

    /// <summary>Reads below it are refused. -1 before the first compaction, as in etcd, where compacting to 0 is thus
    /// possible once.</summary>
    public long CompactedRevision { get; private set; } = -1;

    /// <summary>What a read inside a writing request sees: its own changes too.</summary>
    public long VisibleRevision => changes.Count > 0 ? Revision + 1 : Revision;

    /// <summary>The changes of the open revision or, after it was closed, of that one; until the next change.</summary>
    public IReadOnlyList<KeyRecord> Changes => changes;

    public void BeginRevision() => changes.Clear();

    /// <summary>Closes the revision if anything changed.</summary>
    public void EndRevision()
    {
        if (changes.Count > 0)
            Revision++;
    }

    public KeyRecord? Live(ReadOnlyMemory<byte> key) => index.Find(key.Span)?.Live;

    public void Put(ReadOnlyMemory<byte> key, ReadOnlyMemory<byte> value, long lease)
    {
        var history = index.GetOrAdd(key.Span);
        var live = history.Live;
        var revision = Revision + 1;
        var record = new KeyRecord(history, revision)
        {
            Value = value,
            CreateRevision = live?.CreateRevision ?? revision,
            Version = (live?.Version ?? 0) + 1,
            Lease = lease,
        };
        leases.Move(history.Key, live?.Lease ?? 0, lease);
        Counters.Puts++;
        Counters.Keys += live is null ? 1 : 0;
        Counters.BytesInUse += record.EstimatedBytes - (live?.EstimatedBytes ?? 0);
        Append(record);
    }

    /// <summary>Deletes what exists of a range, in key order, and returns how many keys that were.</summary>
    public long Delete(KeyRange range)
    {
        var doomed = new List<KeyHistory>();
        index.Visit(range, history =>
        {
            if (history.Live is not null)
                doomed.Add(history);
            return true;
        });
        foreach (var history in doomed)
        {
            var live = history.Live!;
            leases.Move(history.Key, live.Lease, 0);
            Counters.Deletes++;
            Counters.Keys--;
            Counters.BytesInUse -= live.EstimatedBytes;
            Append(new KeyRecord(history, Revision + 1));
        }
        return doomed.Count;
    }

    /// <summary>Visits a range as it was at a revision, in key order, until the visitor returns false.</summary>
    public void Visit(KeyRange range, long revision, Func<KeyRecord, bool> visitor) =>
        index.Visit(range, history => history.At(revision) is not { } record || visitor(record));

    /// <summary>Forgets what no read at <paramref name="revision"/> or later can see. The changes made at that very
    /// revision stay in the log, so that a watch may start there and still be told of its deletions.</summary>
    public void CompactTo(long revision)
    {
        CompactedRevision = revision;
        var below = 0;
        for (; below < Log.Count && Log[below].ModRevision <= revision; below++)
        {
            var history = Log[below].History;
            var before = history.Count;
            Counters.Bytes -= history.CompactTo(revision);
            Counters.Records -= before - history.Count;
            Counters.CompactedRecords += before - history.Count;
            if (history.Count == 0)
                index.Remove(history);
        }
        Log.RemoveFirst(Log.FirstAtOrAfter(revision));
    }

    private void Append(KeyRecord record)
    {
        record.History.Append(record);
        Log.Append(record);
        changes.Add(record);
        Counters.Records++;
        Counters.Bytes += record.EstimatedBytes;
    }
}
