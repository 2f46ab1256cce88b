using Divvy.Telemetry.Prometheus;

namespace Divvy.Store.Metrics;

/// <summary>What the write-ahead log does.</summary>
public sealed class WalMetrics
{
    private readonly Histogram synced = new(
        "etcd_disk_wal_fsync_duration_seconds",
        "The latency distributions of fsync called by WAL.",
        Buckets.Exponential(0.001, 2, 14));
    private readonly Counter written = new(
        "etcd_disk_wal_write_bytes_total", "Total number of bytes written in WAL.", MetricKind.Gauge);

    /// <summary>The log was made durable.</summary>
    public void Synced(TimeSpan elapsed) => synced.Observe(elapsed.TotalSeconds);

    /// <summary>Bytes were appended, durable or not.</summary>
    public void Written(long bytes) => written.Add(bytes);

    internal void Write(ExpositionWriter writer)
    {
        synced.Write(writer);
        written.Write(writer);
    }
}
