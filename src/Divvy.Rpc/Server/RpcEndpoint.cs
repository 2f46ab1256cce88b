using Divvy.Rpc.Protocol;
using Google.Protobuf;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.AspNetCore.Server.Kestrel.Core.Features;
using Microsoft.Extensions.Primitives;

namespace Divvy.Rpc.Server;

/// <summary>One method on HTTP: knows the message types, so that a request is dispatched by one virtual call.</summary>
internal abstract class RpcEndpoint
{
    public abstract Task InvokeAsync(IFeatureCollection features, TimeSpan? timeout, CancellationToken stopping);
}

/// <summary>One method on HTTP, with its types.</summary>
internal sealed class RpcEndpoint<TRequest, TResponse>(
    RpcServices services, RpcHandler<TRequest, TResponse> handler, RpcServerOptions options) : RpcEndpoint
    where TRequest : class, IMessage<TRequest>, new()
    where TResponse : class, IMessage<TResponse>, new()
{
    private static readonly StringValues contentType = ProtocolHeaders.ContentType;

    public override Task InvokeAsync(IFeatureCollection features, TimeSpan? timeout, CancellationToken stopping)
    {
        LiftBodyLimits(features);
        features.GetRequiredFeature<IHttpResponseFeature>().Headers.ContentType = contentType;
        var lifetime = new HttpCallLifetime(features, options.TimeProvider, timeout, stopping);
        var call = new HttpServerCall<TRequest, TResponse>(features, handler, options.MaxReceiveMessageSize, lifetime);
        return handler.Unary is { } unary ? RunUnaryAsync(unary, call, lifetime) : RunAsync(call, lifetime);
    }

    /// <summary>One state machine for the whole call, which costs nothing when the request is there and the handler
    /// answers at once, and one allocation otherwise.</summary>
    private async Task RunUnaryAsync(
        Func<TRequest, RpcServerContext, ValueTask<TResponse>> unary,
        HttpServerCall<TRequest, TResponse> call,
        HttpCallLifetime lifetime)
    {
        HandlerRunner.Started(services, handler, call);
        RpcStatus status;
        try
        {
            if (!call.TryRead(out var request))
                request = await call.ReadAsync().ConfigureAwait(false) ?? throw RpcServices.MissingRequest(call.Method);
            call.WriteLast(await unary(request, call).ConfigureAwait(false));
            status = HandlerRunner.Success(call);
        }
        catch (Exception exception)
        {
            status = HandlerRunner.Failure(exception, services, call, lifetime);
        }

        HandlerRunner.Ended(services, handler, status, lifetime);
        lifetime.Dispose();
        call.Finish(status);
    }

    private async Task RunAsync(HttpServerCall<TRequest, TResponse> call, HttpCallLifetime lifetime)
    {
        var status = await HandlerRunner.RunAsync(services, handler, call, call, call, lifetime).ConfigureAwait(false);
        lifetime.Dispose();
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
