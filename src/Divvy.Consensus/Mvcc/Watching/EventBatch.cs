namespace Divvy.Consensus.Mvcc.Watching;

/// <summary>Builds one message of events for one watcher.</summary>
internal struct EventBatch(MvccStore store, Watcher watcher)
{
    private List<WatchEvent>? events;
    private long lastRevision;
    private int revisions;
    private long bytes;

    public readonly bool IsLarge(WatchLimits limits) =>
        revisions >= limits.MaxRevisionsPerMessage || bytes >= limits.MaxCatchUpMessageBytes;

    /// <summary>Adds a change unless the watcher filters it out.</summary>
    public void Add(KeyRecord record)
    {
        if (!watcher.Wants(record))
            return;
        KeyRecord? previous = null;
        if (watcher.Spec.PreviousRecords && record.ModRevision - 1 >= store.CompactedRevision)
            previous = record.History.At(record.ModRevision - 1);
        (events ??= []).Add(new WatchEvent(record, previous));
        bytes += record.EstimatedBytes + (previous?.EstimatedBytes ?? 0);
        if (record.ModRevision == lastRevision)
            return;
        lastRevision = record.ModRevision;
        revisions++;
    }

    /// <summary>The message; null when nothing is left to say.</summary>
    public readonly WatchEvents? ToMessage() =>
        events is null
            ? null
            : new WatchEvents(watcher.Id, store.Revision, events, watcher.Spec.Fragment) { EstimatedBytes = bytes };
}
