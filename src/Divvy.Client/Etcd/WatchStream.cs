using Divvy.Rpc;
using Divvy.Rpc.Etcd;

namespace Divvy.Client.Etcd;

/// <summary>The stream under a watch, with the search for dead servers. One reader.</summary>
internal sealed class WatchStream : IAsyncDisposable
{
    private readonly RpcCall<WatchRequest, WatchResponse> call;
    private readonly CancellationTokenSource closing;
    private readonly TimeProvider timeProvider;
    private Task<WatchResponse?>? reading;
    private long? confirmed;

    private WatchStream(
        EtcdConnection connection, RpcMetadata metadata, TimeProvider timeProvider, CancellationTokenSource closing)
    {
        Connection = connection;
        Metadata = metadata;
        this.timeProvider = timeProvider;
        this.closing = closing;
        call = connection.Channel.Open(
            EtcdMethods.Watch, new RpcCallOptions { Metadata = metadata }, closing.Token);
    }

    public EtcdConnection Connection { get; }

    public RpcMetadata Metadata { get; }

    /// <summary>How long the watch has stood; null while it was not confirmed.</summary>
    public TimeSpan? TimeSinceConfirmation => confirmed is { } at ? timeProvider.GetElapsedTime(at) : null;

    public static async ValueTask<WatchStream> OpenAsync(
        EtcdConnection connection,
        WatchCreateRequest create,
        RpcMetadata metadata,
        TimeProvider timeProvider,
        CancellationToken cancellationToken)
    {
        // Closing is separate from the consumer's token, for a stream outlives the call that opened it.
        var stream = new WatchStream(connection, metadata, timeProvider, new CancellationTokenSource());
        try
        {
            await stream.call.WriteAsync(new WatchRequest { CreateRequest = create }, cancellationToken)
                .ConfigureAwait(false);
            return stream;
        }
        catch
        {
            await stream.DisposeAsync().ConfigureAwait(false);
            throw;
        }
    }

    public void Confirmed() => confirmed = timeProvider.GetTimestamp();

    /// <summary>The next response.
    /// <exception cref="RpcException">The stream ended, or the server did not answer a question in time.</exception>
    /// </summary>
    public async ValueTask<WatchResponse> ReadAsync(TimeSpan idleTimeout, CancellationToken cancellationToken)
    {
        var asked = false;
        while (true)
        {
            reading ??= call.ReadAsync(closing.Token).AsTask();
            try
            {
                var response = await reading.WaitAsync(idleTimeout, timeProvider, cancellationToken)
                    .ConfigureAwait(false);
                reading = null;
                return response
                    ?? throw new RpcException(RpcStatusCode.Unavailable, "the server ended the watch stream");
            }
            catch (TimeoutException)
            {
                if (asked)
                    throw new RpcException(
                        RpcStatusCode.Unavailable, $"the watch heard nothing for {2 * idleTimeout.TotalSeconds} s");
                asked = true;
                var question = new WatchRequest { ProgressRequest = new WatchProgressRequest() };
                await call.WriteAsync(question, cancellationToken).ConfigureAwait(false);
            }
        }
    }

    public async ValueTask DisposeAsync()
    {
        await closing.CancelAsync().ConfigureAwait(false);
        await call.DisposeAsync().ConfigureAwait(false);
        if (reading is not null)
            await ((Task)reading).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        closing.Dispose();
    }
}
