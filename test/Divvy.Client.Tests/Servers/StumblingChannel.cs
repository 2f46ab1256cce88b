using Divvy.Rpc;
using Google.Protobuf;

namespace Divvy.Client.Tests.Servers;

/// <summary>A channel that makes a mistake when the first call is opened.</summary>
internal sealed class StumblingChannel(IRpcChannel inner) : IRpcChannel
{
    private int opened;

    public string Target => inner.Target;

    public RpcCall<TRequest, TResponse> Open<TRequest, TResponse>(
        RpcMethod<TRequest, TResponse> method,
        RpcCallOptions? options = null,
        CancellationToken cancellationToken = default)
        where TRequest : class, IMessage<TRequest>, new()
        where TResponse : class, IMessage<TResponse>, new()
    {
        Stumble();
        return inner.Open(method, options, cancellationToken);
    }

    public ValueTask<RpcCall<TRequest, TResponse>> OpenAsync<TRequest, TResponse>(
        RpcMethod<TRequest, TResponse> method,
        TRequest request,
        RpcCallOptions? options = null,
        CancellationToken cancellationToken = default)
        where TRequest : class, IMessage<TRequest>, new()
        where TResponse : class, IMessage<TResponse>, new()
    {
        Stumble();
        return inner.OpenAsync(method, request, options, cancellationToken);
    }

    public ValueTask DisposeAsync() => inner.DisposeAsync();

    private void Stumble()
    {
        if (Interlocked.Increment(ref opened) == 1)
            throw new NotSupportedException("the channel made a mistake");
    }
}
