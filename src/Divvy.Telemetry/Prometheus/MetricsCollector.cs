using System.Collections.Concurrent;
using System.Diagnostics.Metrics;

namespace Divvy.Telemetry.Prometheus;

/// <summary>Adds up what the instruments of the chosen meters record, and renders it for Prometheus. Counters and
/// histograms count from the collector's creation; observable instruments are asked at each rendering. Names follow
/// Prometheus' conventions: <c>divvy.moves.finished</c> becomes <c>divvy_moves_finished_total</c>, a unit of "s"
/// appends <c>_seconds</c>. Thread-safe.</summary>
public sealed class MetricsCollector : IDisposable
{
    /// <summary>Series an instrument may have; what comes with other tags is dropped and counted.</summary>
    public const int MaxSeriesPerInstrument = 2_000;

    private const string DroppedName = "divvy_telemetry_dropped_measurements_total";

    private readonly MeterListener listener = new();
    private readonly ConcurrentDictionary<Instrument, InstrumentState> instruments = [];
    private readonly Lock rendering = new();

    /// <param name="accept">Which meters to listen to, for example all whose name begins with "Divvy.".</param>
    public MetricsCollector(Func<Meter, bool> accept)
    {
        listener.InstrumentPublished = (instrument, self) =>
        {
            if (!accept(instrument.Meter))
                return;
            var state = instruments.GetOrAdd(instrument, static added => new InstrumentState(added));
            self.EnableMeasurementEvents(instrument, state);
        };
        listener.MeasurementsCompleted = (instrument, state) => instruments.TryRemove(instrument, out var _);
        Listen<byte>(static value => value);
        Listen<short>(static value => value);
        Listen<int>(static value => value);
        Listen<long>(static value => value);
        Listen<float>(static value => value);
        Listen<double>(static value => value);
        Listen<decimal>(static value => (double)value);
        listener.Start();
    }

    /// <summary>Bucket bounds of a histogram that advises none: Prometheus' default, made for seconds.</summary>
    public static double[] DefaultBounds { get; } = [0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10];

    /// <summary>Everything in the text exposition format, instruments in the order of their names.</summary>
    public string Render()
    {
        lock (rendering)
        {
            foreach (var state in instruments.Values)
                state.BeforeObservation();
            listener.RecordObservableInstruments();
            var writer = new ExpositionWriter();
            var ordered = instruments.Values.OrderBy(state => state.Name, StringComparer.Ordinal).ToList();
            foreach (var state in ordered)
                state.Write(writer);
            var dropped = ordered.Sum(state => state.Dropped);
            if (dropped > 0)
            {
                writer.Family(DroppedName, MetricKind.Counter, "Measurements left out for lack of room for series.");
                writer.Sample(DroppedName, "", dropped);
            }
            return writer.ToString();
        }
    }

    public void Dispose() => listener.Dispose();

    private void Listen<T>(Func<T, double> convert)
        where T : struct =>
        listener.SetMeasurementEventCallback<T>((_, value, tags, state) =>
            ((InstrumentState)state!).Record(convert(value), tags));
}
