using System.Collections.Frozen;
using Divvy.Rpc.Protocol;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Hosting;

namespace Divvy.Rpc.Server;

/// <summary>Takes gRPC calls out of the HTTP pipeline and lets everything else pass: what is no call by its content
/// type and no method by its path belongs to the endpoints after it.</summary>
internal sealed class RpcMiddleware(
    RequestDelegate next,
    RpcServices services,
    RpcServerOptions options,
    IHostApplicationLifetime? application)
{
    private readonly CancellationToken stopping = application?.ApplicationStopping ?? default;

    /// <summary>Made at the first request, when every feature has added its handlers.</summary>
    private readonly Lazy<FrozenDictionary<string, RpcEndpoint>> endpoints =
        new(new RpcEndpointFactory(services, options).Create);

    public Task InvokeAsync(HttpContext http)
    {
        var known = endpoints.Value.TryGetValue(http.Request.Path.Value ?? "", out var endpoint);
        if (!ProtocolHeaders.IsGrpc(http.Request.ContentType))
            return known ? RefuseAsync(http, StatusCodes.Status415UnsupportedMediaType) : next(http);
        if (!HttpProtocol.IsHttp2(http.Request.Protocol))
            return RefuseAsync(http, StatusCodes.Status426UpgradeRequired);
        if (!HttpMethods.IsPost(http.Request.Method))
            return RefuseAsync(http, StatusCodes.Status405MethodNotAllowed);
        if (endpoint is null)
            return EndUnknown(http);
        var timeoutHeader = http.Request.Headers[ProtocolHeaders.Timeout];
        if (timeoutHeader.Count == 0)
            return endpoint.InvokeAsync(http, null, stopping);
        return TimeoutHeader.TryParse(timeoutHeader[0], out var timeout)
            ? endpoint.InvokeAsync(http, timeout, stopping)
            : End(http, http.Request.Path.Value!, new RpcStatus(RpcStatusCode.Internal, "malformed grpc-timeout"));
    }

    private static Task RefuseAsync(HttpContext http, int status)
    {
        http.Response.StatusCode = status;
        if (status == StatusCodes.Status405MethodNotAllowed)
            http.Response.Headers.Allow = HttpMethods.Post;
        if (status == StatusCodes.Status426UpgradeRequired)
        {
            http.Response.Headers.Upgrade = "h2c";
            http.Response.Headers.Connection = "Upgrade";
        }

        return Task.CompletedTask;
    }

    private Task EndUnknown(HttpContext http) => End(
        http,
        RpcServices.UnknownMethod,
        new RpcStatus(RpcStatusCode.Unimplemented, $"unknown method {http.Request.Path.Value}"));

    private Task End(HttpContext http, string method, RpcStatus status)
    {
        services.OnCallStarted();
        http.Response.ContentType = ProtocolHeaders.ContentType;
        ResponseStatus.WriteTrailersOnly(http.Response, status);
        services.OnCallEnded(method, status.Code, TimeSpan.Zero);
        return Task.CompletedTask;
    }
}
