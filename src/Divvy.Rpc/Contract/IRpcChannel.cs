using Google.Protobuf;

namespace Divvy.Rpc;

/// <summary>A way to a server: HTTP/2 to an address, or straight into the handlers of this process. Thread-safe.
/// Extension methods give the call shapes (<see cref="RpcChannelExtensions"/>).</summary>
public interface IRpcChannel : IAsyncDisposable
{
    /// <summary>What the channel leads to, for messages to people: <c>http://127.0.0.1:2379</c>, <c>in-
    /// process</c>.</summary>
    string Target { get; }

    /// <summary>Opens a call. Never throws for what the network or the server does: that comes from the call.</summary>
    RpcCall<TRequest, TResponse> Open<TRequest, TResponse>(
        RpcMethod<TRequest, TResponse> method,
        RpcCallOptions? options = null,
        CancellationToken cancellationToken = default)
        where TRequest : class, IMessage<TRequest>, new()
        where TResponse : class, IMessage<TResponse>, new();
}
