namespace Divvy.Rpc;

/// <summary>The responses of a streaming call. One writer at a time: a handler with several sources of responses
/// puts a queue before it.</summary>
public interface IRpcWriter<in T>
{
    /// <summary>Sends one response; waits while the client's window is full.</summary>
    ValueTask WriteAsync(T response, CancellationToken cancellationToken = default);

    /// <summary>Sends responses in order, together where the transport can: cheaper than one by one.</summary>
    async ValueTask WriteAsync(IReadOnlyList<T> responses, CancellationToken cancellationToken = default)
    {
        foreach (var response in responses)
            await WriteAsync(response, cancellationToken).ConfigureAwait(false);
    }
}
