using Divvy.Telemetry.Prometheus;

namespace Divvy.Store.Metrics;

/// <summary>What happens to the records as a whole. etcd commits them to a file in batches; here a batch is what the
/// state machine applies at a time, and defragmenting is writing a snapshot and dropping the log before it.</summary>
public sealed class BackendMetrics
{
    private readonly Histogram committed = new(
        "etcd_disk_backend_commit_duration_seconds",
        "The latency distributions of commit called by backend.",
        Buckets.Exponential(0.001, 2, 14));
    private readonly Histogram defragmented = new(
        "etcd_disk_backend_defrag_duration_seconds",
        "The latency distribution of backend defragmentation.",
        Buckets.Exponential(0.1, 2, 13));
    private readonly Counter defragmenting = new(
        "etcd_disk_defrag_inflight",
        "Whether or not defrag is active on the member. 1 means active, 0 means not.",
        MetricKind.Gauge);
    private readonly Histogram streamed = new(
        "etcd_disk_backend_snapshot_duration_seconds",
        "The latency distribution of backend snapshots.",
        Buckets.Exponential(0.01, 2, 17));
    private readonly Histogram hashed = new(
        "etcd_mvcc_hash_duration_seconds",
        "The latency distribution of storage hash operation.",
        Buckets.Exponential(0.01, 2, 15));
    private readonly Histogram hashedAtRevision = new(
        "etcd_mvcc_hash_rev_duration_seconds",
        "The latency distribution of storage hash by revision operation.",
        Buckets.Exponential(0.01, 2, 15));

    /// <summary>A batch of committed entries was applied.</summary>
    public void Committed(TimeSpan elapsed) => committed.Observe(elapsed.TotalSeconds);

    public void DefragmentStarted() => defragmenting.Set(1);

    /// <summary>A defragmentation ended, well or not.</summary>
    public void DefragmentEnded(TimeSpan elapsed)
    {
        defragmenting.Set(0);
        defragmented.Observe(elapsed.TotalSeconds);
    }

    /// <summary>A snapshot was streamed to a client or a peer.</summary>
    public void Streamed(TimeSpan elapsed) => streamed.Observe(elapsed.TotalSeconds);

    /// <summary>The whole store was hashed.</summary>
    public void Hashed(TimeSpan elapsed) => hashed.Observe(elapsed.TotalSeconds);

    /// <summary>The keys at a revision were hashed.</summary>
    public void HashedAtRevision(TimeSpan elapsed) => hashedAtRevision.Observe(elapsed.TotalSeconds);

    internal void Write(ExpositionWriter writer)
    {
        committed.Write(writer);
        defragmented.Write(writer);
        defragmenting.Write(writer);
        streamed.Write(writer);
        hashed.Write(writer);
        hashedAtRevision.Write(writer);
    }
}
