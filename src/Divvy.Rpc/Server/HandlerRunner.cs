using Divvy.Rpc.Protocol;
using Google.Protobuf;

namespace Divvy.Rpc.Server;

/// <summary>Runs one handler to its status. The one place where a handler's end becomes a status, for every
/// transport.</summary>
internal static class HandlerRunner
{
    public static async ValueTask<RpcStatus> RunAsync<TRequest, TResponse>(
        RpcServices services,
        RpcHandler<TRequest, TResponse> handler,
        IRpcReader<TRequest> requests,
        IRpcWriter<TResponse> responses,
        RpcServerContext context,
        CallLifetime lifetime)
        where TRequest : class, IMessage<TRequest>, new()
        where TResponse : class, IMessage<TResponse>, new()
    {
        Started(services, handler, context);
        RpcStatus status;
        try
        {
            await handler.Invoke(requests, responses, context).ConfigureAwait(false);
            status = Success(context);
        }
        catch (Exception exception)
        {
            status = Failure(exception, services, context, lifetime);
        }

        Ended(services, handler, status, lifetime);
        return status;
    }

    public static void Started(RpcServices services, RpcHandler handler, RpcServerContext context)
    {
        services.OnCallStarted();
        handler.Observer?.Started(context);
    }

    public static void Ended(RpcServices services, RpcHandler handler, RpcStatus status, CallLifetime lifetime)
    {
        var elapsed = lifetime.Elapsed;
        handler.Observer?.Ended(status.Code, elapsed);
        services.OnCallEnded(handler.Path, status.Code, elapsed);
    }

    /// <summary>The status of a handler that returned.</summary>
    /// <exception cref="ArgumentException">Its trailers cannot be sent.</exception>
    public static RpcStatus Success(RpcServerContext context)
    {
        var trailers = context.ResponseTrailers;
        if (trailers.Count == 0)
            return RpcStatus.Ok;
        MetadataHeaders.Check(trailers);
        return RpcStatus.Ok with { Trailers = trailers };
    }

    /// <summary>The status of a handler that threw.</summary>
    public static RpcStatus Failure(
        Exception exception, RpcServices services, RpcServerContext context, CallLifetime lifetime)
    {
        switch (exception)
        {
            case RpcException failure when failure.Code != RpcStatusCode.OK:
                return new RpcStatus(failure.Code, failure.Detail, TrailersOf(failure, context));
            case OperationCanceledException when lifetime.Reason != CancelReason.None:
                return lifetime.StatusOfCancel();
            default:
                services.HandlerFailed?.Invoke(context.Method, exception);
                return new RpcStatus(RpcStatusCode.Unknown, "the handler failed");
        }
    }

    private static RpcMetadata TrailersOf(RpcException exception, RpcServerContext context) =>
        exception.Trailers.Count > 0 ? exception.Trailers : context.ResponseTrailers;
}
