using Divvy.Rpc;

namespace Divvy.Coordination.Streams;

/// <summary>Lets so many streams in, and ends all of them when the server stops. Thread-safe.</summary>
internal sealed class StreamLimit(int most) : IDisposable
{
    private readonly CancellationTokenSource stopping = new();
    private int count;

    public int Count => Volatile.Read(ref count);

    public CancellationToken Stopping => stopping.Token;

    /// <summary>Takes a place; disposing what is returned gives it back.
    /// <exception cref="RpcException">Resource exhausted: there is none.</exception></summary>
    public IDisposable Enter()
    {
        if (Interlocked.Increment(ref count) <= most)
            return new Place(this);
        Interlocked.Decrement(ref count);
        throw new RpcException(
            RpcStatusCode.ResourceExhausted, $"this server carries {most} streams already: connect to another");
    }

    public Task StopAsync() => stopping.CancelAsync();

    public void Dispose() => stopping.Dispose();

    private sealed class Place(StreamLimit limit) : IDisposable
    {
        private StreamLimit? owner = limit;

        public void Dispose()
        {
            if (Interlocked.Exchange(ref owner, null) is { } held)
                Interlocked.Decrement(ref held.count);
        }
    }
}
