using Divvy.Rpc;
using Divvy.Store.Front.JsonGateway;
using Divvy.Store.Metrics;
using Divvy.Telemetry.Prometheus;
using Microsoft.AspNetCore.Http;

namespace Divvy.Store.Front;

/// <summary>What etcd answers over HTTP on the port of its clients: the JSON gateway, <c>/health</c>, <c>/livez</c>,
/// <c>/readyz</c>, <c>/version</c> and <c>/metrics</c>. Made by <see cref="EmbeddedStore.CreateFront"/>.</summary>
public sealed class EtcdFront
{
    public const string MetricsPath = "/metrics";

    private const string VersionPath = "/version";

    private readonly Gateway gateway;
    private readonly HealthEndpoints health;
    private readonly IMemberProbe member;
    private readonly StoreMetrics metrics;

    internal EtcdFront(
        RpcServices services,
        IRpcChannel channel,
        IMemberProbe member,
        StoreMetrics metrics,
        EmbeddedStoreOptions options,
        TimeProvider timeProvider)
    {
        this.member = member;
        this.metrics = metrics;
        gateway = new Gateway(services, channel, GatewayBytes(options));
        health = new HealthEndpoints(member, metrics.Health, timeProvider);
        metrics.Rpc.Observe(services);
    }

    /// <summary>The store's metrics under etcd's names, in Prometheus' text format.</summary>
    public string RenderMetrics()
    {
        var writer = new ExpositionWriter();
        metrics.Write(writer, member.Read());
        return writer.ToString();
    }

    /// <summary>Answers a request whose path is etcd's; null: it is not.</summary>
    internal Task? TryAnswer(HttpContext http)
    {
        var path = http.Request.Path.Value ?? "";
        if (GatewayRoutes.TryStrip(path, out var method))
        {
            AllowOrigins(http.Response);
            return HttpMethods.IsOptions(http.Request.Method)
                ? Task.CompletedTask
                : gateway.InvokeAsync(http, method);
        }
        var answer = path == VersionPath ? AnswerVersionAsync : health.Find(path);
        if (answer is null)
            return null;
        AllowOrigins(http.Response);
        if (HttpMethods.IsGet(http.Request.Method))
            return answer(http);
        return HttpMethods.IsOptions(http.Request.Method) ? Task.CompletedTask : RefuseMethodAsync(http);
    }

    private Task AnswerVersionAsync(HttpContext http)
    {
        var body = $$"""{"etcdserver":"{{EmbeddedStore.Version}}","etcdcluster":"{{member.ClusterVersion}}"}""";
        return PlainText.AnswerAsync(http.Response, body, "application/json");
    }

    private static Task RefuseMethodAsync(HttpContext http)
    {
        http.Response.Headers.Allow = HttpMethods.Get;
        return PlainText.RefuseAsync(
            http.Response, StatusCodes.Status405MethodNotAllowed, PlainText.MethodNotAllowed);
    }

    /// <summary>etcd lets pages of any origin talk to it unless told otherwise.</summary>
    private static void AllowOrigins(HttpResponse response)
    {
        response.Headers.AccessControlAllowOrigin = "*";
        response.Headers.AccessControlAllowMethods = "POST, GET, OPTIONS, PUT, DELETE";
        response.Headers.AccessControlAllowHeaders = "accept, content-type, authorization";
    }

    /// <summary>Base64 takes four bytes for three; the rest is for names and other fields.</summary>
    private static int GatewayBytes(EmbeddedStoreOptions options) =>
        (int)Math.Min(int.MaxValue, options.MaxRequestBytes * 2L + 64 * 1024);
}
