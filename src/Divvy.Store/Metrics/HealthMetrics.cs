using Divvy.Telemetry.Prometheus;

namespace Divvy.Store.Metrics;

/// <summary>Health checks over HTTP.</summary>
public sealed class HealthMetrics
{
    private readonly Counter successes = new(
        "etcd_server_health_success", "The total number of successful health checks");
    private readonly Counter failures = new(
        "etcd_server_health_failures", "The total number of failed health checks");

    public void Checked(bool isHealthy) => (isHealthy ? successes : failures).Add();

    internal void Write(ExpositionWriter writer)
    {
        successes.Write(writer);
        failures.Write(writer);
    }
}
