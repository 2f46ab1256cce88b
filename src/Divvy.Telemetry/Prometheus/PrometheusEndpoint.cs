using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;

namespace Divvy.Telemetry.Prometheus;

/// <summary>Serves a collector to Prometheus.</summary>
public static class PrometheusEndpoint
{
    /// <summary>Maps <c>GET /metrics</c>.</summary>
    public static IEndpointConventionBuilder MapMetrics(
        this IEndpointRouteBuilder endpoints, MetricsCollector collector, string pattern = "/metrics") =>
        endpoints.MapGet(pattern, () => Results.Text(collector.Render(), TextFormat.ContentType))
            .ExcludeFromDescription();
}
