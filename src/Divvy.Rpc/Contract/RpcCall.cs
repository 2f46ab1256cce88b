namespace Divvy.Rpc;

/// <summary>One call as its client sees it: a stream of requests out, a stream of responses in. One writer and one
/// reader may use it at the same time. Disposing it before the end cancels it, and so does cancelling any token given
/// to it: whoever waits then gets an <see cref="OperationCanceledException"/>.</summary>
public abstract class RpcCall<TRequest, TResponse> : IAsyncDisposable
{
    /// <summary>Sends one request; completes when it was handed to the transport (flow control applies).
    /// <exception cref="RpcException">The call has ended.</exception></summary>
    public abstract ValueTask WriteAsync(TRequest request, CancellationToken cancellationToken = default);

    /// <summary>Half-closes: no more requests.</summary>
    public abstract ValueTask CompleteAsync(CancellationToken cancellationToken = default);

    /// <summary>The next response, or null once the server ended the call with OK.
    /// <exception cref="RpcException">The call ended with another status, or the deadline passed.</exception></summary>
    public abstract ValueTask<TResponse?> ReadAsync(CancellationToken cancellationToken = default);

    /// <summary>Waits for the server's initial metadata.</summary>
    public abstract ValueTask<RpcMetadata> ResponseHeadersAsync(CancellationToken cancellationToken = default);

    /// <summary>The trailing metadata; empty until the call has ended.</summary>
    public abstract RpcMetadata Trailers { get; }

    public abstract ValueTask DisposeAsync();
}
