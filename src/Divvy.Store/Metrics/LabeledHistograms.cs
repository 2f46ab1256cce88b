using System.Collections.Concurrent;
using Divvy.Telemetry.Prometheus;

namespace Divvy.Store.Metrics;

/// <summary>Distributions that differ in one label. The family is absent until it has a series.</summary>
internal sealed class LabeledHistograms(string name, string help, Func<ulong, string> labels, double[] bounds)
    : Metric(name, help)
{
    private readonly ConcurrentDictionary<ulong, Buckets> series = [];

    public void Observe(ulong key, double value)
    {
        // The factory would capture the bounds, and allocate, at every observation.
        if (!series.TryGetValue(key, out var buckets))
            buckets = series.GetOrAdd(key, new Buckets(bounds));
        buckets.Observe(value);
    }

    /// <summary>Forgets all series but these: those whose subjects are gone.</summary>
    public void KeepOnly(IReadOnlySet<ulong> keys)
    {
        foreach (var key in series.Keys)
        {
            if (!keys.Contains(key))
                series.TryRemove(key, out _);
        }
    }

    public override void Write(ExpositionWriter writer)
    {
        var ordered = series.OrderBy(one => one.Key).ToList();
        if (ordered.Count == 0)
            return;
        writer.Family(Name, MetricKind.Histogram, Help);
        foreach (var (key, buckets) in ordered)
            writer.Histogram(Name, labels(key), buckets.Bounds, buckets.Counts(), buckets.Sum);
    }
}
