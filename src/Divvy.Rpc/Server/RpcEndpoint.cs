using Divvy.Rpc.Protocol;
using Google.Protobuf;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.AspNetCore.Server.Kestrel.Core.Features;

namespace Divvy.Rpc.Server;

/// <summary>One method on HTTP: knows the message types, so that a request is dispatched by one virtual call.</summary>
internal abstract class RpcEndpoint
{
    public abstract Task InvokeAsync(HttpContext http, TimeSpan? timeout, CancellationToken stopping);
}

/// <summary>One method on HTTP, with its types.</summary>
internal sealed class RpcEndpoint<TRequest, TResponse>(
    RpcServices services, RpcHandler<TRequest, TResponse> handler, RpcServerOptions options) : RpcEndpoint
    where TRequest : class, IMessage<TRequest>, new()
    where TResponse : class, IMessage<TResponse>, new()
{
    public override async Task InvokeAsync(HttpContext http, TimeSpan? timeout, CancellationToken stopping)
    {
        LiftBodyLimits(http.Features);
        http.Response.ContentType = ProtocolHeaders.ContentType;
        using var lifetime = new CallLifetime(options.TimeProvider, timeout);
        lifetime.Start();
        using var gone = http.RequestAborted.UnsafeRegister(
            static state => ((CallLifetime)state!).Cancel(CancelReason.ClientGone), lifetime);
        using var stop = stopping.UnsafeRegister(
            static state => ((CallLifetime)state!).Cancel(CancelReason.ServerStopping), lifetime);
        var call = new HttpServerCall<TRequest, TResponse>(http, handler, options.MaxReceiveMessageSize, lifetime);
        var status = await HandlerRunner.RunAsync(services, handler, call, call, call, lifetime).ConfigureAwait(false);
        call.Finish(status);
    }

    /// <summary>Kestrel's limits are for uploads. A call may stay open for days, and its messages have their own
    /// limit.</summary>
    private static void LiftBodyLimits(IFeatureCollection features)
    {
        if (features.Get<IHttpMaxRequestBodySizeFeature>() is { IsReadOnly: false } size)
            size.MaxRequestBodySize = null;
        if (features.Get<IHttpMinRequestBodyDataRateFeature>() is { } rate)
            rate.MinDataRate = null;
    }
}
