using Divvy.Telemetry.Prometheus;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;

namespace Divvy.Store.Front;

/// <summary>Puts etcd's HTTP endpoints into an ASP.NET Core pipeline.</summary>
public static class EtcdFrontExtensions
{
    /// <summary>Serves etcd's endpoints on one port, where they win over whatever else has their paths, and
    /// <c>/metrics</c> on every port. Every other request goes on to what is mapped after it. Call it right after
    /// <c>UseRpc</c>.</summary>
    /// <param name="app">The pipeline.</param>
    /// <param name="front">What answers.</param>
    /// <param name="isEtcdPort">Whether a local port is the one with etcd's endpoints; null: every port is.</param>
    /// <param name="otherMetrics">Metrics of the same process that <c>/metrics</c> shows too, in the text format;
    /// null: none. Their names must be others than etcd's.</param>
    public static IApplicationBuilder UseEtcdFront(
        this IApplicationBuilder app,
        EtcdFront front,
        Func<int, bool>? isEtcdPort = null,
        Func<string>? otherMetrics = null) => app.Use(next => http =>
    {
        if (http.Request.Path == EtcdFront.MetricsPath && IsRead(http.Request.Method))
        {
            var text = otherMetrics?.Invoke() + front.RenderMetrics();
            return PlainText.AnswerAsync(http.Response, text, ExpositionWriter.ContentType);
        }
        var isEtcd = isEtcdPort?.Invoke(http.Connection.LocalPort) ?? true;
        return (isEtcd ? front.TryAnswer(http) : null) ?? next(http);
    });

    private static bool IsRead(string method) => HttpMethods.IsGet(method) || HttpMethods.IsHead(method);
}
