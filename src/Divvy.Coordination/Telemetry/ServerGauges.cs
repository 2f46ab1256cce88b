using System.Diagnostics.Metrics;
using Divvy.Coordination.Control;
using Divvy.Coordination.Mirror;
using Divvy.Coordination.Routing;
using Divvy.Coordination.Sessions;
using Divvy.Core.Assignment;

namespace Divvy.Coordination.Telemetry;

/// <summary>The gauges of a server: read off its state when metrics are collected.</summary>
internal static class ServerGauges
{
    public static void AddTo(
        CoordinationMetrics metrics,
        StoreMirror mirror,
        SessionHub sessions,
        RoutingPublisher routers,
        ControllerHost controllers)
    {
        metrics.Gauge("divvy.sessions", "Instances that live, by namespace.", () =>
            PerNamespace(mirror, space => space.Instances.Count));
        metrics.Gauge("divvy.streams.sessions", "Session streams this server carries.", () =>
            [CoordinationMetrics.Measure(sessions.Count)]);
        metrics.Gauge("divvy.streams.routers", "Routing streams this server carries.", () =>
            [CoordinationMetrics.Measure(routers.Count)]);
        metrics.Gauge("divvy.store.revision", "Revision of the store up to which this server has read.", () =>
            [CoordinationMetrics.Measure(mirror.Current.Revision.Value)]);
        metrics.Gauge("divvy.shards.unowned", "Shards without a live owner, by namespace.", () =>
            PerNamespace(mirror, space => space.Shards.Values.Count(
                shard => shard.Record.Owner is not { } owner || !space.IsLive(owner))));
        metrics.Gauge("divvy.shards", "Shards, by namespace and phase.", () => ShardsByPhase(mirror));
        metrics.Gauge("divvy.controller.leads", "1: this server leads the namespace.", () =>
        {
            var led = controllers.Led.ToHashSet(StringComparer.Ordinal);
            return PerNamespace(mirror, space => led.Contains(space.Name) ? 1 : 0);
        });
    }

    private static IEnumerable<Measurement<long>> PerNamespace(StoreMirror mirror, Func<NamespaceSnapshot, long> value)
    {
        var snapshot = mirror.Current;
        return snapshot.Names.Select(name => CoordinationMetrics.Measure(
            value(snapshot.Get(name)), CoordinationMetrics.Tag("namespace", name)));
    }

    private static IEnumerable<Measurement<long>> ShardsByPhase(StoreMirror mirror)
    {
        var snapshot = mirror.Current;
        return from name in snapshot.Names
               let space = snapshot.Get(name)
               from phase in Enum.GetValues<ShardPhase>()
               select CoordinationMetrics.Measure(
                   space.Shards.Values.Count(shard => shard.Record.Phase == phase),
                   CoordinationMetrics.Tag("namespace", name),
                   CoordinationMetrics.Tag("phase", phase.ToString().ToLowerInvariant()));
    }
}
