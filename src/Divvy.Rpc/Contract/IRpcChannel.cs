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

    /// <summary>Opens a call whose only request is known, so that a transport can send it together with the
    /// half-close. A channel that wraps another one passes this on. What the network or the server does comes from
    /// the reads of the call.</summary>
    async ValueTask<RpcCall<TRequest, TResponse>> OpenAsync<TRequest, TResponse>(
        RpcMethod<TRequest, TResponse> method,
        TRequest request,
        RpcCallOptions? options = null,
        CancellationToken cancellationToken = default)
        where TRequest : class, IMessage<TRequest>, new()
        where TResponse : class, IMessage<TResponse>, new()
    {
        var call = Open(method, options, cancellationToken);
        try
        {
            await call.WriteAsync(request, cancellationToken).ConfigureAwait(false);
            await call.CompleteAsync(cancellationToken).ConfigureAwait(false);
            return call;
        }
        catch (RpcException)
        {
            // The call has ended already: its reads say how.
            return call;
        }
        catch
        {
            await call.DisposeAsync().ConfigureAwait(false);
            throw;
        }
    }
}
