using System.Diagnostics.Metrics;
using Divvy.Core.Assignment;

namespace Divvy.Coordination.Telemetry;

/// <summary>What a server measures about coordination (docs/operations.md lists it). Thread-safe.</summary>
public sealed class CoordinationMetrics : IDisposable
{
    public const string MeterName = "Divvy.Coordination";

    private static readonly InstrumentAdvice<double> seconds = new()
    {
        HistogramBucketBoundaries = [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60],
    };

    private readonly Counter<long> steps;
    private readonly Counter<long> conflicts;
    private readonly Counter<long> storeErrors;
    private readonly Counter<long> registrations;
    private readonly Counter<long> resends;
    private readonly Histogram<double> moveDuration;
    private readonly Histogram<double> redistribution;
    private readonly Histogram<double> planDuration;
    private readonly Histogram<double> renewal;

    public CoordinationMetrics()
    {
        Meter = new Meter(MeterName);
        steps = Meter.CreateCounter<long>(
            "divvy.steps", description: "Steps of shard records this server carried out, by kind.");
        conflicts = Meter.CreateCounter<long>(
            "divvy.step.conflicts",
            description: "Steps that found the record or a session changed and were decided anew.");
        storeErrors = Meter.CreateCounter<long>(
            "divvy.store.errors", description: "Store calls that failed for good, by what was tried.");
        registrations = Meter.CreateCounter<long>(
            "divvy.registrations", description: "Registrations, by outcome: new, resumed, refused.");
        resends = Meter.CreateCounter<long>(
            "divvy.role.resends", description: "Full role sets sent again because an instance's digest was different.");
        moveDuration = Meter.CreateHistogram(
            "divvy.move.duration", "s", "Planned moves from preparing to their end, by outcome.", null, seconds);
        redistribution = Meter.CreateHistogram(
            "divvy.redistribution", "s", "From a shard's revocation to its new owner's word that it serves.", null,
            seconds);
        planDuration = Meter.CreateHistogram(
            "divvy.plan.duration", "s", "Computing one plan.", null, seconds);
        renewal = Meter.CreateHistogram(
            "divvy.session.renewal", "s", "Renewing a session's lease for a heartbeat.", null, seconds);
    }

    public Meter Meter { get; }

    public void Step(string space, StepKind kind) =>
        steps.Add(1, Tag("namespace", space), Tag("kind", kind.ToString().ToLowerInvariant()));

    public void Conflicts(string space, int count) => conflicts.Add(count, Tag("namespace", space));

    public void StoreError(string operation) => storeErrors.Add(1, Tag("operation", operation));

    public void Registration(string space, string outcome) =>
        registrations.Add(1, Tag("namespace", space), Tag("outcome", outcome));

    public void RoleResend(string space) => resends.Add(1, Tag("namespace", space));

    public void MoveEnded(string space, string outcome, TimeSpan duration) =>
        moveDuration.Record(duration.TotalSeconds, Tag("namespace", space), Tag("outcome", outcome));

    public void Redistributed(string space, bool planned, TimeSpan duration) =>
        redistribution.Record(duration.TotalSeconds, Tag("namespace", space), Tag("planned", planned ? "yes" : "no"));

    public void Planned(string space, TimeSpan duration) =>
        planDuration.Record(duration.TotalSeconds, Tag("namespace", space));

    public void Renewed(TimeSpan duration) => renewal.Record(duration.TotalSeconds);

    /// <summary>Adds a gauge that is read when metrics are collected.</summary>
    public void Gauge(string name, string description, Func<IEnumerable<Measurement<long>>> read) =>
        Meter.CreateObservableGauge(name, read, unit: null, description);

    public static Measurement<long> Measure(long value, params ReadOnlySpan<KeyValuePair<string, object?>> tags) =>
        new(value, tags);

    public static KeyValuePair<string, object?> Tag(string name, string value) => new(name, value);

    public void Dispose() => Meter.Dispose();
}
