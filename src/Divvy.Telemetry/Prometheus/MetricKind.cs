namespace Divvy.Telemetry.Prometheus;

/// <summary>What an instrument is to Prometheus.</summary>
public enum MetricKind
{
    Counter,
    Gauge,
    Histogram,
}
