namespace Divvy.Rpc;

/// <summary>The responses of a streaming call. One writer at a time: a handler with several sources of responses
/// puts a queue before it.</summary>
public interface IRpcWriter<in T>
{
    /// <summary>Sends one response; waits while the client's window is full.</summary>
    ValueTask WriteAsync(T response, CancellationToken cancellationToken = default);
}
