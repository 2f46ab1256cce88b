using Divvy.Cli.Benchmarking.Http2;

namespace Divvy.Cli.Benchmarking.Channels;

/// <summary>A connection to one endpoint: an HTTP/2 client and whatever carries its octets. Thread-safe; the calls'
/// receivers are called back under its lock.</summary>
internal abstract class CallChannel : IAsyncDisposable
{
    private readonly Lock gate = new();
    private readonly TaskCompletionSource ready = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly TaskCompletionSource<string> closed = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private bool isReceiving;
    private bool isClosed;

    protected CallChannel(ClientConnection connection, string target)
    {
        Connection = connection;
        Target = target;
    }

    /// <summary>What it leads to, for messages to people.</summary>
    public string Target { get; }

    /// <summary>Completes when the server's settings came; fails if the connection ended before.</summary>
    public Task Ready => ready.Task;

    /// <summary>Completes with the reason when the connection has ended.</summary>
    public Task<string> Closed => closed.Task;

    /// <summary>How many streams the server lets be open at a time on this connection.</summary>
    public uint MaxStreams
    {
        get
        {
            lock (gate)
                return Connection.MaxStreams;
        }
    }

    protected ClientConnection Connection { get; }

    /// <summary>Starts a call with its first message. False: the connection takes no new calls.</summary>
    public bool Start(ClientStream stream, string path, ReadOnlySpan<byte> message, bool isOnly = true)
    {
        lock (gate)
        {
            if (isClosed || !Connection.Start(stream, path, message, isOnly))
                return false;
            if (!isReceiving)
                Flush();
            return true;
        }
    }

    /// <summary>Sends one more message of a call.</summary>
    public void Write(ClientStream stream, ReadOnlySpan<byte> message)
    {
        lock (gate)
        {
            if (isClosed)
                return;
            Connection.Write(stream, message, isLast: false);
            if (!isReceiving)
                Flush();
        }
    }

    /// <summary>Gives a call up, without a callback.</summary>
    public void Cancel(ClientStream stream)
    {
        lock (gate)
        {
            if (isClosed)
                return;
            Connection.Cancel(stream);
            Flush();
        }
    }

    public ValueTask DisposeAsync()
    {
        Close("the connection was closed by this side");
        return new ValueTask(ReleaseAsync());
    }

    /// <summary>Puts what is to be sent on its way: everything at once, without blocking. Called under the lock.
    /// </summary>
    protected abstract void Flush();

    /// <summary>Lets go of the socket, after <see cref="Close"/>.</summary>
    protected abstract Task ReleaseAsync();

    /// <summary>Hands octets to the client and sends what came of it. Returns how many were dealt with.</summary>
    protected int Receive(ReadOnlySpan<byte> input)
    {
        lock (gate)
        {
            if (isClosed)
                return input.Length;
            isReceiving = true;
            try
            {
                return Connection.Receive(input);
            }
            catch (Http2Exception failure)
            {
                Close(failure.Message);
                return input.Length;
            }
            finally
            {
                isReceiving = false;
                if (!isClosed)
                {
                    if (Connection.IsReady)
                        ready.TrySetResult();
                    Flush();
                }
            }
        }
    }

    /// <summary>Runs an action of the carrier under the lock.</summary>
    protected void Guarded(Action action)
    {
        lock (gate)
            action();
    }

    /// <summary>Ends every call and takes no more.</summary>
    protected void Close(string reason)
    {
        lock (gate)
        {
            if (isClosed)
                return;
            isClosed = true;
            var told = Connection.LeaveReason.Length > 0 ? $"{reason} ({Connection.LeaveReason})" : reason;
            Connection.Fail(CallStatus.Unavailable($"{Target}: {told}"));
            ready.TrySetException(new IOException($"{Target}: {told}"));
            _ = ready.Task.Exception;
            closed.TrySetResult(told);
        }
    }
}
