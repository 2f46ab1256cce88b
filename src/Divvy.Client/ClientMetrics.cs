using System.Diagnostics.Metrics;

namespace Divvy.Client;

/// <summary>The meter <c>Divvy.Client</c>. Names follow OpenTelemetry's conventions; durations are seconds.</summary>
internal static class ClientMetrics
{
    public const string MeterName = "Divvy.Client";

    private static readonly Meter Meter = new(MeterName);

    /// <summary>Handler calls, by namespace, operation and outcome.</summary>
    public static readonly Histogram<double> HandlerDuration = Meter.CreateHistogram<double>(
        "divvy.client.host.handler.duration", "s", "How long handler calls took.");

    /// <summary>Requests that came for a shard, by namespace and decision.</summary>
    public static readonly Counter<long> Admissions = Meter.CreateCounter<long>(
        "divvy.client.host.requests", "{request}", "Requests by what became of them.");

    public static readonly Counter<long> SessionsLost = Meter.CreateCounter<long>(
        "divvy.client.host.sessions.lost", "{session}", "Sessions that ended without having been closed.");

    /// <summary>Hand-overs sent, by namespace and outcome.</summary>
    public static readonly Counter<long> HandOvers = Meter.CreateCounter<long>(
        "divvy.client.host.handovers", "{handover}", "States sent to the next owner, by outcome.");

    public static readonly Counter<long> RoutingUpdates = Meter.CreateCounter<long>(
        "divvy.client.routing.updates", "{update}", "Messages of the routing stream.");

    /// <summary>Attempts repeated by the HttpClient handler, by namespace and reason.</summary>
    public static readonly Counter<long> Retries = Meter.CreateCounter<long>(
        "divvy.client.routing.retries", "{retry}", "Requests sent again, by reason.");
}
