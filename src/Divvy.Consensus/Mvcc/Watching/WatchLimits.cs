namespace Divvy.Consensus.Mvcc.Watching;

/// <summary>What bounds the memory and the work that watches may take.</summary>
public sealed record WatchLimits
{
    /// <summary>Messages waiting on a stream before its watchers fall behind; etcd's number.</summary>
    public int MaxQueuedMessages { get; init; } = 128;

    /// <summary>Bytes of events waiting on a stream before its watchers fall behind.</summary>
    public long MaxQueuedBytes { get; init; } = 8 * 1024 * 1024;

    public int MaxWatchersPerStream { get; init; } = 100_000;

    /// <summary>Most revisions in one message to a watcher that catches up; etcd's number.</summary>
    public int MaxRevisionsPerMessage { get; init; } = 1000;

    /// <summary>A message to a watcher that catches up ends with the revision that reaches this size.</summary>
    public int MaxCatchUpMessageBytes { get; init; } = 1024 * 1024;

    /// <summary>Records looked at for the watchers behind on one stream, before others get their turn.</summary>
    public int MaxCatchUpRecords { get; init; } = 20_000;

    /// <summary>How often a watcher that asked for it hears the revision when nothing else happens; etcd's number.
    /// Each stream adds up to a tenth, so that they do not all speak at once.</summary>
    public TimeSpan ProgressInterval { get; init; } = TimeSpan.FromMinutes(10);
}
