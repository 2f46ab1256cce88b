using Google.Protobuf;

namespace Divvy.Rpc;

/// <summary>The handlers of a server, by method path. Filled once at start, then only read: it is given to the Kestrel
/// endpoint, to in-process channels, or to both. Handlers answer errors by throwing <see cref="RpcException"/>; any
/// other exception becomes <see cref="RpcStatusCode.Unknown"/> without its text.</summary>
public sealed class RpcServices
{
    private readonly Dictionary<string, RpcHandler> handlers = new(StringComparer.Ordinal);

    /// <summary>Called once per call when it ends, with the method path, the status and the time it took.</summary>
    public Action<string, RpcStatusCode, TimeSpan>? CallEnded { get; set; }

    public IReadOnlyDictionary<string, RpcHandler> Handlers => handlers;

    public RpcServices Unary<TRequest, TResponse>(
        RpcMethod<TRequest, TResponse> method,
        Func<TRequest, RpcServerContext, ValueTask<TResponse>> handler)
        where TRequest : class, IMessage<TRequest>, new()
        where TResponse : class, IMessage<TResponse>, new() =>
        Duplex(method, async (requests, responses, context) =>
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
        Duplex(method, async (requests, responses, context) =>
        {
            var request = await requests.ReadAsync(context.CancellationToken).ConfigureAwait(false)
                ?? throw new RpcException(RpcStatusCode.Internal, $"{method.Path}: the request is missing");
            await handler(request, responses, context).ConfigureAwait(false);
        });

    public RpcServices Duplex<TRequest, TResponse>(
        RpcMethod<TRequest, TResponse> method,
        Func<IRpcReader<TRequest>, IRpcWriter<TResponse>, RpcServerContext, ValueTask> handler)
        where TRequest : class, IMessage<TRequest>, new()
        where TResponse : class, IMessage<TResponse>, new()
    {
        if (!handlers.TryAdd(method.Path, new RpcHandler<TRequest, TResponse>(method, handler)))
            throw new InvalidOperationException($"{method.Path} has a handler already");
        return this;
    }
}
