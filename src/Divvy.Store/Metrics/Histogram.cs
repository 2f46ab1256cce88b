using Divvy.Telemetry.Prometheus;

namespace Divvy.Store.Metrics;

/// <summary>A distribution.</summary>
internal sealed class Histogram(string name, string help, double[] bounds) : Metric(name, help)
{
    private readonly Buckets buckets = new(bounds);

    public void Observe(double value) => buckets.Observe(value);

    public override void Write(ExpositionWriter writer)
    {
        writer.Family(Name, MetricKind.Histogram, Help);
        writer.Histogram(Name, "", buckets.Bounds, buckets.Counts(), buckets.Sum);
    }
}
