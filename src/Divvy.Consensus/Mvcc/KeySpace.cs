using System.Runtime.InteropServices;
using Divvy.Consensus.Mvcc.Leases;

namespace Divvy.Consensus.Mvcc;

/// <summary>The keys at every revision since the last compaction: the index, the log of changes, and the one place
/// that changes both. A writing request opens a revision, changes keys, and closes it.</summary>
internal sealed class KeySpace
{
    private readonly LeaseBook leases;
    private readonly List<KeyRecord> changes = [];
    private bool isOpen;

    public KeySpace(LeaseBook leases)
        : this(leases, new KeyIndex(), new RevisionLog(), new MvccCounters())
    {
    }

    /// <summary>Takes over what was read back from an export.</summary>
    public KeySpace(LeaseBook leases, KeyIndex index, RevisionLog log, MvccCounters counters)
    {
        this.leases = leases;
        Index = index;
        Log = log;
        Counters = counters;
        Compaction = new Compaction(index, log, Pins, counters);
    }

    public KeyIndex Index { get; }

    public RevisionLog Log { get; }

    public MvccCounters Counters { get; }

    public RevisionPins Pins { get; } = new();

    public Compaction Compaction { get; }

    /// <summary>The last closed revision. A fresh store is at 1, as etcd's is.</summary>
    public long Revision { get; private set; } = 1;

    public long CompactedRevision => Compaction.Revision;

    /// <summary>What a read inside a writing request sees: its own changes too.</summary>
    public long VisibleRevision => isOpen && changes.Count > 0 ? Revision + 1 : Revision;

    /// <summary>The changes of the open revision or, after it was closed, of that one; until the next
    /// command.</summary>
    public IReadOnlyList<KeyRecord> Changes => changes;

    public void Load(long revision, long compactedRevision)
    {
        Revision = revision;
        Compaction.Load(compactedRevision);
    }

    public void BeginRevision()
    {
        changes.Clear();
        isOpen = true;
    }

    /// <summary>Closes the revision if anything changed.</summary>
    public void EndRevision()
    {
        isOpen = false;
        if (changes.Count > 0)
            Revision++;
    }

    public KeyRecord? Live(ReadOnlyMemory<byte> key) => Index.Find(key.Span)?.Live;

    /// <summary>Puts a key and returns the record that was replaced; null when the key did not exist.</summary>
    public KeyRecord? Put(PutOperation put)
    {
        var history = Index.GetOrAdd(put.Key.Span);
        var live = history.Live;
        var revision = Revision + 1;
        var record = new KeyRecord(history, revision, changes.Count)
        {
            Octets = put.IgnoreValue && live is not null ? live.Octets : Own(put.Value),
            CreateRevision = live?.CreateRevision ?? revision,
            Version = (live?.Version ?? 0) + 1,
            Lease = put.IgnoreLease && live is not null ? live.Lease : put.Lease,
        };
        leases.Move(history.Key, live?.Lease ?? 0, record.Lease);
        Counters.Puts++;
        Counters.Keys += live is null ? 1 : 0;
        Counters.BytesInUse += record.EstimatedBytes - (live?.EstimatedBytes ?? 0);
        Append(record);
        return live;
    }

    /// <summary>Deletes what exists of a range, in key order, and returns how many keys that were.</summary>
    public long Delete(KeyRange range)
    {
        if (range.Kind == KeyRangeKind.Single)
            return Index.Find(range.Start.Span) is { Live: { } only } ? Delete(only) : 0;
        var deleted = 0L;
        // A tombstone adds to a history and leaves the index as it is, so the walk goes on undisturbed.
        var walk = new KeyWalk(Index, range);
        while (walk.MoveNext())
        {
            if (walk.Current!.Live is { } live)
                deleted += Delete(live);
        }
        return deleted;
    }

    /// <summary>Visits a range as it was at a revision, in key order, until the visitor returns false.</summary>
    public void Visit(KeyRange range, long revision, Func<KeyRecord, bool> visitor) =>
        Index.Visit(range, history => history.At(revision) is not { } record || visitor(record));

    /// <summary>A value's bytes in an array of their own. A slice would keep all of the message alive that it came
    /// in, so it is copied; a whole array is taken as it is.</summary>
    private static byte[] Own(ReadOnlyMemory<byte> value) =>
        MemoryMarshal.TryGetArray(value, out var segment) && segment.Count == segment.Array!.Length
            ? segment.Array
            : value.ToArray();

    private int Delete(KeyRecord live)
    {
        leases.Move(live.History.Key, live.Lease, 0);
        Counters.Deletes++;
        Counters.Keys--;
        Counters.BytesInUse -= live.EstimatedBytes;
        Append(new KeyRecord(live.History, Revision + 1, changes.Count));
        return 1;
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
