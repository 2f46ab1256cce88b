namespace Divvy.Consensus.Mvcc.Watching;

/// <summary>Collects changes for watchers that want the same of them.</summary>
internal struct EventBatch(MvccStore store, EventFilter filter)
{
    private List<WatchEvent>? events;
    private long lastRevision;
    private int revisions;
    private long bytes;

    public readonly bool IsLarge(WatchLimits limits) =>
        revisions >= limits.MaxRevisionsPerMessage || bytes >= limits.MaxCatchUpMessageBytes;

    /// <summary>Adds a change unless it is filtered out.</summary>
    public void Add(KeyRecord record)
    {
        if (!filter.Passes(record))
            return;
        KeyRecord? previous = null;
        // A key that its own transaction deleted and created again was new, as far as etcd's watchers know.
        var wasThere = record.CreateRevision != record.ModRevision;
        if (filter.PreviousRecords && wasThere && record.ModRevision - 1 >= store.CompactedRevision)
            previous = record.History.At(record.ModRevision - 1);
        (events ??= []).Add(new WatchEvent(record, previous));
        bytes += record.EstimatedBytes + (previous?.EstimatedBytes ?? 0);
        if (record.ModRevision == lastRevision)
            return;
        lastRevision = record.ModRevision;
        revisions++;
    }

    public readonly EventList ToList() => events is null ? EventList.Empty : new EventList([.. events], bytes);
}
