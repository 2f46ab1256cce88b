using System.Collections.Frozen;
using Divvy.Rpc.Protocol;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;

namespace Divvy.Rpc.Server;

/// <summary>Tells gRPC calls from other requests, and runs them or refuses them.</summary>
internal sealed class RpcDispatcher(RpcServices services, RpcServerOptions options, CancellationToken stopping)
{
    /// <summary>Made at the first request, when every feature has added its handlers.</summary>
    private readonly Lazy<FrozenDictionary<string, RpcEndpoint>> endpoints =
        new(new RpcEndpointFactory(services, options).Create);

    /// <summary>Whether a request is a call, or a wrong attempt at one: its content type is gRPC's, or its path is that
    /// of a method, which is then found.</summary>
    public bool IsCall(IFeatureCollection features, out RpcEndpoint? endpoint)
    {
        var request = features.GetRequiredFeature<IHttpRequestFeature>();
        return endpoints.Value.TryGetValue(request.Path, out endpoint)
            || ProtocolHeaders.IsGrpc(request.Headers.ContentType);
    }

    public Task InvokeAsync(IFeatureCollection features, RpcEndpoint? endpoint)
    {
        var request = features.GetRequiredFeature<IHttpRequestFeature>();
        if (!ProtocolHeaders.IsGrpc(request.Headers.ContentType))
            return Refuse(features, StatusCodes.Status415UnsupportedMediaType);
        if (!HttpProtocol.IsHttp2(request.Protocol))
            return Refuse(features, StatusCodes.Status426UpgradeRequired);
        if (!HttpMethods.IsPost(request.Method))
            return Refuse(features, StatusCodes.Status405MethodNotAllowed);
        if (endpoint is null)
        {
            var unknown = new RpcStatus(RpcStatusCode.Unimplemented, $"unknown method {request.Path}");
            return End(features, RpcServices.UnknownMethod, unknown);
        }

        var header = request.Headers.GrpcTimeout;
        if (header.Count == 0)
            return endpoint.InvokeAsync(features, null, stopping);
        return TimeoutHeader.TryParse(header[0], out var timeout)
            ? endpoint.InvokeAsync(features, timeout, stopping)
            : End(features, request.Path, new RpcStatus(RpcStatusCode.Internal, "malformed grpc-timeout"));
    }

    private static Task Refuse(IFeatureCollection features, int status)
    {
        var response = features.GetRequiredFeature<IHttpResponseFeature>();
        response.StatusCode = status;
        if (status == StatusCodes.Status405MethodNotAllowed)
            response.Headers.Allow = HttpMethods.Post;
        if (status == StatusCodes.Status426UpgradeRequired)
        {
            response.Headers.Upgrade = "h2c";
            response.Headers.Connection = "Upgrade";
        }

        return Task.CompletedTask;
    }

    private Task End(IFeatureCollection features, string method, RpcStatus status)
    {
        services.OnCallStarted();
        features.GetRequiredFeature<IHttpResponseFeature>().Headers.ContentType = ProtocolHeaders.ContentType;
        ResponseStatus.WriteTrailersOnly(features, status);
        services.OnCallEnded(method, status.Code, TimeSpan.Zero);
        return Task.CompletedTask;
    }
}
