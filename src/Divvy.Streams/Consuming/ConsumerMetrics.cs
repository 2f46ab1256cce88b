using System.Diagnostics.Metrics;

namespace Divvy.Streams.Consuming;

/// <summary>The meter <c>Divvy.Streams</c>. Names follow OpenTelemetry's conventions; rates are left to whoever reads
/// the counters.</summary>
internal static class ConsumerMetrics
{
    public const string MeterName = "Divvy.Streams";

    private static readonly Meter Meter = new(MeterName);

    private static readonly Counter<long> Records = Meter.CreateCounter<long>(
        "divvy.streams.records", "{record}", "Records processed, by stream and shard.");

    private static readonly Counter<long> Bytes = Meter.CreateCounter<long>(
        "divvy.streams.bytes", "By", "Data of the records processed, by stream and shard.");

    private static readonly Gauge<double> BehindLatest = Meter.CreateGauge<double>(
        "divvy.streams.behind_latest", "ms", "Age of the newest record not read yet, by stream and shard.");

    private static readonly Histogram<double> ProcessDuration = Meter.CreateHistogram<double>(
        "divvy.streams.process.duration", "s", "Calls of the processor with records, by stream and outcome.");

    private static readonly Histogram<double> HandoffDuration = Meter.CreateHistogram<double>(
        "divvy.streams.handoff.duration", "s", "From being asked for a lease until it is given, by stream.");

    private static readonly Counter<long> Checkpoints = Meter.CreateCounter<long>(
        "divvy.streams.checkpoints", "{checkpoint}", "Checkpoints, by stream and outcome: ok, refused, failed.");

    private static readonly UpDownCounter<long> Leases = Meter.CreateUpDownCounter<long>(
        "divvy.streams.leases", "{lease}", "Leases held, by stream and worker.");

    private static readonly UpDownCounter<long> BufferedBytes = Meter.CreateUpDownCounter<long>(
        "divvy.streams.buffered", "By", "Records read and not processed yet, by stream.");

    private static readonly Counter<long> Reports = Meter.CreateCounter<long>(
        "divvy.streams.reports", "{report}", "Poison records, hung processors, failing reads, by stream and kind.");

    private static readonly Counter<long> ReadFailures = Meter.CreateCounter<long>(
        "divvy.streams.read.failures", "{failure}", "Reads that failed, by stream and the service's word for it.");

    public static void Processed(string stream, string shard, int records, long bytes, TimeSpan took)
    {
        Records.Add(records, new("stream", stream), new("shard", shard));
        Bytes.Add(bytes, new("stream", stream), new("shard", shard));
        ProcessDuration.Record(took.TotalSeconds, new("stream", stream), new("outcome", "ok"));
    }

    public static void ProcessFailed(string stream, TimeSpan took) =>
        ProcessDuration.Record(took.TotalSeconds, new("stream", stream), new("outcome", "failed"));

    public static void Behind(string stream, string shard, TimeSpan behind) =>
        BehindLatest.Record(behind.TotalMilliseconds, new("stream", stream), new("shard", shard));

    public static void HandedOver(string stream, TimeSpan took) =>
        HandoffDuration.Record(took.TotalSeconds, new KeyValuePair<string, object?>("stream", stream));

    public static void Checkpoint(string stream, string outcome) =>
        Checkpoints.Add(1, new("stream", stream), new("outcome", outcome));

    public static void LeasesChanged(string stream, string worker, int by) =>
        Leases.Add(by, new("stream", stream), new("worker", worker));

    public static void BufferChanged(string stream, long by) =>
        BufferedBytes.Add(by, new KeyValuePair<string, object?>("stream", stream));

    public static void Reported(string stream, ReportKind kind) =>
        Reports.Add(1, new("stream", stream), new("kind", kind.ToString()));

    public static void ReadFailed(string stream, string error) =>
        ReadFailures.Add(1, new("stream", stream), new("error", error));
}
