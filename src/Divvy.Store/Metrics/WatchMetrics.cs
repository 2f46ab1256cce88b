using Divvy.Telemetry.Prometheus;

namespace Divvy.Store.Metrics;

/// <summary>What watchers were told. How many there are is read, not recorded.</summary>
public sealed class WatchMetrics
{
    private readonly Counter events = new(
        "etcd_debugging_mvcc_events_total", "Total number of events sent by this member.");

    /// <summary>Events were handed to a watch stream.</summary>
    public void Sent(int count) => events.Add(count);

    internal void Write(ExpositionWriter writer) => events.Write(writer);
}
