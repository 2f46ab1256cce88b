namespace Divvy.Consensus.Mvcc.Watching;

/// <summary>What a stream owes its client next. A closed family. The revision is the store's when the message was
/// made: everything up to it that concerns the watcher has been said before or is said here.</summary>
public abstract record WatchMessage(long WatchId, long Revision);

public sealed record WatchCreated(long WatchId, long Revision) : WatchMessage(WatchId, Revision);

/// <summary>A watch that was not created; it has no id.</summary>
public sealed record WatchRefused(WatchRefusal Reason, long Revision) : WatchMessage(NoWatch, Revision)
{
    public const long NoWatch = -1;
}

/// <summary>Changes, in order; a revision is never split over two messages.</summary>
public sealed record WatchEvents(long WatchId, long Revision, EventList Events, bool Fragment)
    : WatchMessage(WatchId, Revision);

/// <summary>Nothing new up to the revision: for one watcher, or with id -1 for all of the stream.</summary>
public sealed record WatchProgress(long WatchId, long Revision) : WatchMessage(WatchId, Revision)
{
    public const long AllWatches = -1;
}

/// <summary>The client's cancellation was carried out.</summary>
public sealed record WatchCanceled(long WatchId, long Revision) : WatchMessage(WatchId, Revision);

/// <summary>What the watcher has yet to hear was compacted, so the watch is over.</summary>
public sealed record WatchCompacted(long WatchId, long Revision, long CompactedRevision)
    : WatchMessage(WatchId, Revision);
