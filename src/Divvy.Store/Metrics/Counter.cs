using Divvy.Telemetry.Prometheus;

namespace Divvy.Store.Metrics;

/// <summary>A number that goes up, or with <see cref="MetricKind.Gauge"/> as its kind, up and down. Some of etcd's
/// totals are gauges by type.</summary>
internal sealed class Counter(string name, string help, MetricKind kind = MetricKind.Counter) : Metric(name, help)
{
    private long value;

    public long Value => Volatile.Read(ref value);

    public void Add(long amount = 1) => Interlocked.Add(ref value, amount);

    public void Set(long now) => Volatile.Write(ref value, now);

    public override void Write(ExpositionWriter writer)
    {
        writer.Family(Name, kind, Help);
        writer.Sample(Name, "", Value);
    }
}
