using Google.Protobuf;

namespace Divvy.Rpc;

/// <summary>The handlers of a server, by method path. Filled once at start, then only read: it is given to the Kestrel
/// endpoint, to in-process channels, or to both. Handlers answer errors by throwing <see cref="RpcException"/>; any
/// other exception becomes <see cref="RpcStatusCode.Unknown"/> without its text.</summary>
public sealed class RpcServices
{
    /// <summary>What <see cref="CallEnded"/> gets for a method that has no handler. The path itself would let any
    /// client make up names for metrics.</summary>
    public const string UnknownMethod = "unknown";

    private readonly Dictionary<string, RpcHandler> handlers = new(StringComparer.Ordinal);
    private Func<RpcHandler, IRpcMethodObserver>? observing;
    private int activeCalls;

    /// <summary>Called once per call when it ends, with the method path (or <see cref="UnknownMethod"/>), the status
    /// and the time it took. Must not throw.</summary>
    public Action<string, RpcStatusCode, TimeSpan>? CallEnded { get; set; }

    /// <summary>Called when a handler failed with anything but an <see cref="RpcException"/> or the cancellation of
    /// its call: the client learns only <see cref="RpcStatusCode.Unknown"/>. Must not throw.</summary>
    public Action<string, Exception>? HandlerFailed { get; set; }

    public IReadOnlyDictionary<string, RpcHandler> Handlers => handlers;

    /// <summary>Has the calls of every method watched, those that are bound later included. One observer a method: the
    /// last one given counts.</summary>
    /// <param name="observers">Makes the observer of a method.</param>
    public RpcServices Observe(Func<RpcHandler, IRpcMethodObserver> observers)
    {
        observing = observers;
        foreach (var handler in handlers.Values)
            handler.Observer = observers(handler);
        return this;
    }

    /// <summary>Calls whose handlers have not ended, over all transports.</summary>
    internal int ActiveCalls => Volatile.Read(ref activeCalls);

    public RpcServices Unary<TRequest, TResponse>(
        RpcMethod<TRequest, TResponse> method,
        Func<TRequest, RpcServerContext, ValueTask<TResponse>> handler)
        where TRequest : class, IMessage<TRequest>, new()
        where TResponse : class, IMessage<TResponse>, new() =>
        Add(new RpcHandler<TRequest, TResponse>(
            method,
            async (requests, responses, context) =>
            {
                var request = await requests.ReadAsync(context.CancellationToken).ConfigureAwait(false)
                    ?? throw MissingRequest(method.Path);
                await responses.WriteAsync(await handler(request, context).ConfigureAwait(false)).ConfigureAwait(false);
            })
        {
            Type = RpcCallType.Unary,
            Unary = handler,
        });

    public RpcServices ServerStream<TRequest, TResponse>(
        RpcMethod<TRequest, TResponse> method,
        Func<TRequest, IRpcWriter<TResponse>, RpcServerContext, ValueTask> handler)
        where TRequest : class, IMessage<TRequest>, new()
        where TResponse : class, IMessage<TResponse>, new() =>
        Add(new RpcHandler<TRequest, TResponse>(
            method,
            async (requests, responses, context) =>
            {
                var request = await requests.ReadAsync(context.CancellationToken).ConfigureAwait(false)
                    ?? throw MissingRequest(method.Path);
                await handler(request, responses, context).ConfigureAwait(false);
            })
        {
            Type = RpcCallType.ServerStream,
        });

    public RpcServices Duplex<TRequest, TResponse>(
        RpcMethod<TRequest, TResponse> method,
        Func<IRpcReader<TRequest>, IRpcWriter<TResponse>, RpcServerContext, ValueTask> handler)
        where TRequest : class, IMessage<TRequest>, new()
        where TResponse : class, IMessage<TResponse>, new() =>
        Add(new RpcHandler<TRequest, TResponse>(method, handler));

    internal static RpcException MissingRequest(string path) =>
        new(RpcStatusCode.Internal, $"{path}: the request is missing");

    internal void OnCallStarted() => Interlocked.Increment(ref activeCalls);

    internal void OnCallEnded(string method, RpcStatusCode code, TimeSpan elapsed)
    {
        Interlocked.Decrement(ref activeCalls);
        CallEnded?.Invoke(method, code, elapsed);
    }

    private RpcServices Add(RpcHandler handler)
    {
        if (!handlers.TryAdd(handler.Path, handler))
            throw new InvalidOperationException($"{handler.Path} has a handler already");
        handler.Observer = observing?.Invoke(handler);
        return this;
    }
}
