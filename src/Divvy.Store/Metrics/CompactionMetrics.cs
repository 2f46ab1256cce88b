using Divvy.Telemetry.Prometheus;

namespace Divvy.Store.Metrics;

/// <summary>What compaction costs those who wait for the store meanwhile.</summary>
public sealed class CompactionMetrics
{
    private readonly Histogram total = new(
        "etcd_debugging_mvcc_db_compaction_total_duration_milliseconds",
        "Bucketed histogram of db compaction total duration.",
        Buckets.Exponential(100, 2, 14));
    private readonly Histogram pauses = new(
        "etcd_debugging_mvcc_db_compaction_pause_duration_milliseconds",
        "Bucketed histogram of db compaction pause duration.",
        Buckets.Exponential(1, 2, 13));
    private readonly Histogram indexPauses = new(
        "etcd_debugging_mvcc_index_compaction_pause_duration_milliseconds",
        "Bucketed histogram of index compaction pause duration.",
        Buckets.Exponential(0.5, 2, 14));

    /// <summary>A compaction ended, all its slices included.</summary>
    public void Finished(TimeSpan elapsed) => total.Observe(elapsed.TotalMilliseconds);

    /// <summary>A slice removed records, and held the store for that long. etcd walks its index and its file one after
    /// the other; here a slice takes a record off both, so its time is a pause of either.</summary>
    public void Paused(TimeSpan elapsed)
    {
        pauses.Observe(elapsed.TotalMilliseconds);
        indexPauses.Observe(elapsed.TotalMilliseconds);
    }

    internal void Write(ExpositionWriter writer)
    {
        total.Write(writer);
        pauses.Write(writer);
        indexPauses.Write(writer);
    }
}
