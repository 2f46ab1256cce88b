using Divvy.Telemetry.Prometheus;

namespace Divvy.Store.Metrics;

/// <summary>Snapshot files: written by the member itself, or received from its leader (what etcd calls
/// <c>snap_db</c>).</summary>
public sealed class SnapshotMetrics
{
    private readonly Histogram saved = new(
        "etcd_debugging_snap_save_total_duration_seconds",
        "The total latency distributions of save called by snapshot.",
        Buckets.Exponential(0.001, 2, 14));
    private readonly Histogram marshalled = new(
        "etcd_debugging_snap_save_marshalling_duration_seconds",
        "The marshalling cost distributions of save called by snapshot.",
        Buckets.Exponential(0.001, 2, 14));
    private readonly Histogram synced = new(
        "etcd_snap_fsync_duration_seconds",
        "The latency distributions of fsync called by snap.",
        Buckets.Exponential(0.001, 2, 14));
    private readonly Histogram received = new(
        "etcd_snap_db_save_total_duration_seconds",
        "The total latency distributions of v3 snapshot save",
        Buckets.Exponential(0.1, 2, 10));
    private readonly Histogram receivedSynced = new(
        "etcd_snap_db_fsync_duration_seconds",
        "The latency distributions of fsyncing .snap.db file",
        Buckets.Exponential(0.001, 2, 14));
    private readonly Counter applying = new(
        "etcd_server_snapshot_apply_in_progress_total",
        "1 if the server is applying the incoming snapshot. 0 if none.",
        MetricKind.Gauge);

    /// <summary>A file of the member's own state was written, synced and named.</summary>
    public void Saved(TimeSpan elapsed) => saved.Observe(elapsed.TotalSeconds);

    /// <summary>The part of a save that turned the state into bytes.</summary>
    public void Marshalled(TimeSpan elapsed) => marshalled.Observe(elapsed.TotalSeconds);

    /// <summary>The part of a save that made the file durable.</summary>
    public void Synced(TimeSpan elapsed) => synced.Observe(elapsed.TotalSeconds);

    /// <summary>A file from the leader was received, verified and made durable.</summary>
    public void Received(TimeSpan elapsed) => received.Observe(elapsed.TotalSeconds);

    /// <summary>The part of it that made the file durable.</summary>
    public void ReceivedSynced(TimeSpan elapsed) => receivedSynced.Observe(elapsed.TotalSeconds);

    public void ApplyStarted() => applying.Add();

    public void ApplyEnded() => applying.Add(-1);

    internal void Write(ExpositionWriter writer)
    {
        saved.Write(writer);
        marshalled.Write(writer);
        synced.Write(writer);
        received.Write(writer);
        receivedSynced.Write(writer);
        applying.Write(writer);
    }
}
