using Divvy.Telemetry.Prometheus;

namespace Divvy.Store.Metrics;

/// <summary>What clients ask of leases. How many were granted, renewed and revoked is read, not recorded.</summary>
public sealed class LeaseMetrics
{
    private readonly Histogram ttls = new(
        "etcd_debugging_lease_ttl_total",
        "Bucketed histogram of lease TTLs.",
        Buckets.Exponential(1, 2, 24));

    /// <summary>A lease was granted.</summary>
    public void Granted(long ttlSeconds) => ttls.Observe(ttlSeconds);

    internal void Write(ExpositionWriter writer) => ttls.Write(writer);
}
