using System.Diagnostics.Metrics;
using System.Text;

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

    public void Write(StringBuilder text)
    {
        lock (gate)
        {
            if (series.Count == 0)
                return;
            if (help.Length > 0)
                text.Append("# HELP ").Append(name).Append(' ').Append(TextFormat.Help(help)).Append('\n');
            text.Append("# TYPE ").Append(name).Append(' ').Append(kind.ToString().ToLowerInvariant()).Append('\n');
            foreach (var (key, one) in series.OrderBy(entry => entry.Key.Labels, StringComparer.Ordinal))
            {
                if (kind == MetricKind.Histogram)
                    WriteHistogram(text, key, one);
                else
                    WriteSample(text, name, key.Labels, one.Value);
            }
        }
    }

    private void WriteHistogram(StringBuilder text, SeriesKey key, Series one)
    {
        var separator = key.Labels.Length > 0 ? "," : "";
        for (var index = 0; index < bounds.Length; index++)
        {
            var bound = $"{key.Labels}{separator}le=\"{TextFormat.Number(bounds[index])}\"";
            WriteSample(text, $"{name}_bucket", bound, one.Cumulative(index));
        }
        WriteSample(text, $"{name}_bucket", $"{key.Labels}{separator}le=\"+Inf\"", one.Count);
        WriteSample(text, $"{name}_sum", key.Labels, one.Value);
        WriteSample(text, $"{name}_count", key.Labels, one.Count);
    }

    private static void WriteSample(StringBuilder text, string name, string labels, double value)
    {
        text.Append(name);
        if (labels.Length > 0)
            text.Append('{').Append(labels).Append('}');
        text.Append(' ').Append(TextFormat.Number(value)).Append('\n');
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
