using Divvy.Rpc;

namespace Divvy.Streams.Tests.Leases.Distributed;

/// <summary>A way to a server on which streams can fall silent while calls still get through: what a process that was
/// stopped knows in the moment after it goes on.</summary>
internal sealed class MutedChannel(IRpcChannel inner) : IRpcChannel
{
    private volatile bool muted;

    public string Target => inner.Target;

    /// <summary>From now on nothing is heard on streams that are open.</summary>
    public void Mute() => muted = true;

    public RpcCall<TRequest, TResponse> Open<TRequest, TResponse>(
        RpcMethod<TRequest, TResponse> method, RpcCallOptions? options, CancellationToken cancellationToken)
        where TRequest : class, Google.Protobuf.IMessage<TRequest>, new()
        where TResponse : class, Google.Protobuf.IMessage<TResponse>, new()
    {
        var call = inner.Open(method, options, cancellationToken);
        return method.Path == ShardingMethods.Session.Path ? new Call<TRequest, TResponse>(this, call) : call;
    }

    public ValueTask DisposeAsync() => ValueTask.CompletedTask;

    private sealed class Call<TRequest, TResponse>(MutedChannel channel, RpcCall<TRequest, TResponse> inner)
        : RpcCall<TRequest, TResponse>
    {
        public override RpcMetadata Trailers => inner.Trailers;

        public override ValueTask WriteAsync(TRequest request, CancellationToken cancellationToken) =>
            inner.WriteAsync(request, cancellationToken);

        public override ValueTask CompleteAsync(CancellationToken cancellationToken) =>
            inner.CompleteAsync(cancellationToken);

        public override async ValueTask<TResponse?> ReadAsync(CancellationToken cancellationToken)
        {
            var read = await inner.ReadAsync(cancellationToken);
            if (channel.muted)
                await Task.Delay(Timeout.Infinite, cancellationToken);
            return read;
        }

        public override ValueTask<RpcMetadata> ResponseHeadersAsync(CancellationToken cancellationToken) =>
            inner.ResponseHeadersAsync(cancellationToken);

        public override ValueTask DisposeAsync() => inner.DisposeAsync();
    }
}
