namespace Divvy.Rpc;

/// <summary>The requests of a streaming call, in order. One reader at a time.</summary>
public interface IRpcReader<T>
    where T : class
{
    /// <summary>The next request, or null once the client half-closed.
    /// <exception cref="OperationCanceledException">The call was cancelled.</exception></summary>
    ValueTask<T?> ReadAsync(CancellationToken cancellationToken = default);
}
