namespace Divvy.Telemetry.Prometheus;

/// <summary>What an instrument is to Prometheus.</summary>
internal enum MetricKind
{
    Counter,
    Gauge,
    Histogram,
}
