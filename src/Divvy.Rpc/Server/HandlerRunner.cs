using Divvy.Rpc.Protocol;
using Google.Protobuf;

namespace Divvy.Rpc.Server;

/// <summary>Runs one handler to its status. The one place where a handler's exceptions become statuses, for every
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
        services.OnCallStarted();
        handler.Observer?.Started(context);
        var status = RpcStatus.Ok;
        try
        {
            await handler.Invoke(requests, responses, context).ConfigureAwait(false);
            MetadataHeaders.Check(context.ResponseTrailers);
            if (context.ResponseTrailers.Count > 0)
                status = status with { Trailers = context.ResponseTrailers };
        }
        catch (RpcException exception) when (exception.Code != RpcStatusCode.OK)
        {
            status = new RpcStatus(exception.Code, exception.Detail, TrailersOf(exception, context));
        }
        catch (OperationCanceledException) when (lifetime.Reason != CancelReason.None)
        {
            status = lifetime.StatusOfCancel();
        }
        catch (Exception exception)
        {
            services.HandlerFailed?.Invoke(handler.Path, exception);
            status = new RpcStatus(RpcStatusCode.Unknown, "the handler failed");
        }

        var elapsed = lifetime.Elapsed;
        handler.Observer?.Ended(status.Code, elapsed);
        services.OnCallEnded(handler.Path, status.Code, elapsed);
        return status;
    }

    private static RpcMetadata TrailersOf(RpcException exception, RpcServerContext context) =>
        exception.Trailers.Count > 0 ? exception.Trailers : context.ResponseTrailers;
}
