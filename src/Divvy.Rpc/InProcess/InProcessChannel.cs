using Divvy.Rpc.Protocol;
using Google.Protobuf;

namespace Divvy.Rpc.InProcess;

/// <summary>A channel straight into the handlers of this process, with the semantics of a channel over HTTP/2:
/// deadlines, cancellation both ways, metadata, statuses, bounded queues, and no message shared by both sides.
/// A handler runs on its client's thread until it first waits, and a client may be resumed on the thread of its
/// handler: neither may block. Thread-safe. Disposing the channel cancels its calls.</summary>
/// <param name="services">The handlers. May still be filled until the first call.</param>
/// <param name="timeProvider">The clock of deadlines; the system's by default.</param>
/// <param name="target">What the channel says that it leads to, where there are several.</param>
public sealed class InProcessChannel(
    RpcServices services, TimeProvider? timeProvider = null, string target = InProcessChannel.Name) : IRpcChannel
{
    internal const string Name = "in-process";

    private readonly TimeProvider timeProvider = timeProvider ?? TimeProvider.System;
    private readonly CancellationTokenSource disposed = new();

    public string Target => target;

    /// <inheritdoc/>
    public RpcCall<TRequest, TResponse> Open<TRequest, TResponse>(
        RpcMethod<TRequest, TResponse> method,
        RpcCallOptions? options = null,
        CancellationToken cancellationToken = default)
        where TRequest : class, IMessage<TRequest>, new()
        where TResponse : class, IMessage<TResponse>, new()
    {
        ObjectDisposedException.ThrowIf(disposed.IsCancellationRequested, this);
        options ??= RpcCallOptions.Default;
        MetadataHeaders.Check(options.Metadata);
        var call = new InProcessCall<TRequest, TResponse>(timeProvider, options.Timeout, cancellationToken);
        if (!services.Handlers.TryGetValue(method.Path, out var handler))
        {
            services.OnCallStarted();
            services.OnCallEnded(RpcServices.UnknownMethod, RpcStatusCode.Unimplemented, TimeSpan.Zero);
            call.Refuse(new RpcStatus(RpcStatusCode.Unimplemented, $"unknown method {method.Path}"));
        }
        else if (handler is RpcHandler<TRequest, TResponse> typed)
        {
            call.Start(services, typed, options.Metadata, disposed.Token);
        }
        else
        {
            throw new ArgumentException($"{method.Path} is bound to other message types", nameof(method));
        }

        return call;
    }

    public ValueTask DisposeAsync()
    {
        disposed.Cancel();
        return default;
    }
}
