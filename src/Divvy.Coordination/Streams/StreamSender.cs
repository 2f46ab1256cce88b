using Divvy.Rpc;

namespace Divvy.Coordination.Streams;

/// <summary>Writes to a stream, but does not wait for ever for a reader that does not read: it is dropped, comes back,
/// and starts from the current state.</summary>
internal sealed class StreamSender(TimeSpan timeout, TimeProvider time)
{
    /// <exception cref="RpcException">Resource exhausted: the reader did not take the message in time.</exception>
    public async Task SendAsync<T>(IRpcWriter<T> writer, T message, CancellationToken cancellationToken)
    {
        using var limit = new CancellationTokenSource(timeout, time);
        using var both = CancellationTokenSource.CreateLinkedTokenSource(limit.Token, cancellationToken);
        try
        {
            await writer.WriteAsync(message, both.Token).ConfigureAwait(false);
        }
        catch (OperationCanceledException)
            when (limit.IsCancellationRequested && !cancellationToken.IsCancellationRequested)
        {
            throw new RpcException(
                RpcStatusCode.ResourceExhausted,
                $"a message was not read within {timeout.TotalSeconds:0.#} s, so the stream is dropped: connect again");
        }
    }
}
