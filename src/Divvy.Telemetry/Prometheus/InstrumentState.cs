using System.Diagnostics.Metrics;

namespace Divvy.Telemetry.Prometheus;

/// <summary>One instrument with its series. Thread-safe.</summary>
internal sealed class InstrumentState
{
    private readonly Lock gate = new();
    private readonly Dictionary<SeriesKey, Series> series = [];
    private readonly string name;
    private readonly string help;
    private readonly MetricKind kind;
    private readonly bool isObservable;
    private readonly bool isAbsolute;
    private readonly double[] bounds;
    private long dropped;

    public InstrumentState(Instrument instrument)
    {
        kind = KindOf(instrument);
        isObservable = instrument.IsObservable;
        // Observable counters and gauges report totals; an up-down counter reports differences.
        isAbsolute = instrument.IsObservable || instrument.GetType().Name.StartsWith("Gauge", StringComparison.Ordinal);
        help = instrument.Description ?? "";
        name = MetricName(instrument, kind);
        bounds = kind == MetricKind.Histogram ? BoundsOf(instrument) : [];
    }

    public string Name => name;

    /// <summary>Measurements left out because the instrument had too many series.</summary>
    public long Dropped
    {
        get
        {
            lock (gate)
                return dropped;
        }
    }

    /// <summary>Forgets what an observable instrument said before: series that it no longer reports are gone.</summary>
    public void BeforeObservation()
    {
        if (!isObservable)
            return;
        lock (gate)
            series.Clear();
    }

    public void Record(double value, ReadOnlySpan<KeyValuePair<string, object?>> tags)
    {
        var key = SeriesKey.From(tags);
        lock (gate)
        {
            if (!series.TryGetValue(key, out var one))
            {
                if (series.Count >= MetricsCollector.MaxSeriesPerInstrument)
                {
                    dropped++;
                    return;
                }
                one = new Series(bounds.Length);
                series.Add(key, one);
            }
            if (kind == MetricKind.Histogram)
                one.Observe(value, bounds);
            else if (isAbsolute)
                one.Set(value);
            else
                one.Add(value);
        }
    }

    public void Write(ExpositionWriter writer)
    {
        lock (gate)
        {
            if (series.Count == 0)
                return;
            writer.Family(name, kind, help);
            foreach (var (key, one) in series.OrderBy(entry => entry.Key.Labels, StringComparer.Ordinal))
            {
                if (kind == MetricKind.Histogram)
                    writer.Histogram(name, key.Labels, bounds, one.Counts, one.Value);
                else
                    writer.Sample(name, key.Labels, one.Value);
            }
        }
    }

    private static MetricKind KindOf(Instrument instrument)
    {
        var type = instrument.GetType().Name;
        return type.StartsWith("Histogram", StringComparison.Ordinal) ? MetricKind.Histogram
            : type.StartsWith("Counter", StringComparison.Ordinal)
                || type.StartsWith("ObservableCounter", StringComparison.Ordinal) ? MetricKind.Counter
            : MetricKind.Gauge;
    }

    private static string MetricName(Instrument instrument, MetricKind kind)
    {
        var name = TextFormat.Name(instrument.Name);
        var unit = instrument.Unit switch { "s" => "_seconds", "By" => "_bytes", _ => "" };
        if (!name.EndsWith(unit, StringComparison.Ordinal))
            name += unit;
        return kind == MetricKind.Counter && !name.EndsWith("_total", StringComparison.Ordinal)
            ? $"{name}_total"
            : name;
    }

    private static double[] BoundsOf(Instrument instrument)
    {
        var advised = instrument switch
        {
            Histogram<double> histogram => histogram.Advice?.HistogramBucketBoundaries,
            Histogram<long> histogram => histogram.Advice?.HistogramBucketBoundaries?.Select(bound => (double)bound),
            Histogram<int> histogram => histogram.Advice?.HistogramBucketBoundaries?.Select(bound => (double)bound),
            _ => null,
        };
        return advised is null ? MetricsCollector.DefaultBounds : [.. advised.Order()];
    }
}
