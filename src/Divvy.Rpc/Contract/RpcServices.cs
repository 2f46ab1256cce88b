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
        Add(method, RpcCallType.Unary, async (requests, responses, context) =>
        {
            var request = await requests.ReadAsync(context.CancellationToken).ConfigureAwait(false)
                ?? throw new RpcException(RpcStatusCode.Internal, $"{method.Path}: the request is missing");
            await responses.WriteAsync(await handler(request, context).ConfigureAwait(false)).ConfigureAwait(false);
        });

    public RpcServices ServerStream<TRequest, TResponse>(
        RpcMethod<TRequest, TResponse> method,
        Func<TRequest, IRpcWriter<TResponse>, RpcServerContext, ValueTask> handler)
        where TRequest : class, IMessage<TRequest>, new()
        where TResponse : class, IMessage<TResponse>, new() =>
        Add(method, RpcCallType.ServerStream, async (requests, responses, context) =>
        {
            var request = await requests.ReadAsync(context.CancellationToken).ConfigureAwait(false)
                ?? throw new RpcException(RpcStatusCode.Internal, $"{method.Path}: the request is missing");
            await handler(request, responses, context).ConfigureAwait(false);
        });

    public RpcServices Duplex<TRequest, TResponse>(
        RpcMethod<TRequest, TResponse> method,
        Func<IRpcReader<TRequest>, IRpcWriter<TResponse>, RpcServerContext, ValueTask> handler)
        where TRequest : class, IMessage<TRequest>, new()
        where TResponse : class, IMessage<TResponse>, new() =>
        Add(method, RpcCallType.Duplex, handler);

    internal void OnCallStarted() => Interlocked.Increment(ref activeCalls);

    internal void OnCallEnded(string method, RpcStatusCode code, TimeSpan elapsed)
    {
        Interlocked.Decrement(ref activeCalls);
        CallEnded?.Invoke(method, code, elapsed);
    }

    private RpcServices Add<TRequest, TResponse>(
        RpcMethod<TRequest, TResponse> method,
        RpcCallType type,
        Func<IRpcReader<TRequest>, IRpcWriter<TResponse>, RpcServerContext, ValueTask> handler)
        where TRequest : class, IMessage<TRequest>, new()
        where TResponse : class, IMessage<TResponse>, new()
    {
        var bound = new RpcHandler<TRequest, TResponse>(method, handler) { Type = type };
        if (!handlers.TryAdd(method.Path, bound))
            throw new InvalidOperationException($"{method.Path} has a handler already");
        bound.Observer = observing?.Invoke(bound);
        return this;
    }
}
