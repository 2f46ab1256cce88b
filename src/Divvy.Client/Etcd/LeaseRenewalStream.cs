using System.Threading.Channels;
using Divvy.Rpc;
using Divvy.Rpc.Etcd;

namespace Divvy.Client.Etcd;

/// <summary>One keepalive stream, shared by all leases renewed through an endpoint.</summary>
/// <remarks>
/// <para>A session's heartbeat costs one renewal, and there are thousands of sessions, so renewals are pipelined: one
/// task writes them in the order of the calls, another reads the answers. The store answers every renewal of a stream,
/// and the renewals of one lease in order; an answer therefore belongs to the oldest unanswered renewal of its lease.
/// A caller that gives up leaves its place in that order behind, so that a late answer is never taken for the answer to
/// a renewal sent later: a lease must not be believed to live longer than the store was asked to let it live.</para>
/// <para>If the stream breaks, every renewal on it fails, whether it was sent or not. That is for the caller to repeat.
/// A stream on which nothing at all arrives while somebody waits his full time is taken for dead and ended, so that the
/// next renewal opens another.</para>
/// </remarks>
internal sealed class LeaseRenewalStream : IAsyncDisposable
{
    /// <summary>Renewals that wait to be written; a further caller waits until there is room.</summary>
    private const int MaxQueued = 4096;

    private readonly Channel<Renewal> queue = Channel.CreateBounded<Renewal>(
        new BoundedChannelOptions(MaxQueued));
    private readonly Dictionary<long, Queue<Renewal>> unanswered = [];
    private readonly Lock gate = new();
    private readonly CancellationTokenSource stopping = new();
    private readonly RpcCall<LeaseKeepAliveRequest, LeaseKeepAliveResponse> call;
    private readonly TimeProvider timeProvider;
    private readonly string target;
    private readonly Task writing;
    private readonly Task reading;
    private long lastAnswer;
    private RpcException? ending;

    public LeaseRenewalStream(IRpcChannel channel, RpcMetadata metadata, TimeProvider timeProvider)
    {
        this.timeProvider = timeProvider;
        target = channel.Target;
        lastAnswer = timeProvider.GetTimestamp();
        call = channel.Open(
            EtcdMethods.LeaseKeepAlive, new RpcCallOptions { Metadata = metadata }, stopping.Token);
        writing = Task.Run(WriteAsync);
        reading = Task.Run(ReadAsync);
    }

    /// <summary>The stream broke or was given up; another one has to be opened.</summary>
    public bool HasEnded => Volatile.Read(ref ending) is not null;

    public async ValueTask<TimeSpan?> RenewAsync(long id, TimeSpan timeout, CancellationToken cancellationToken)
    {
        var renewal = new Renewal(id);
        var start = timeProvider.GetTimestamp();
        try
        {
            return await SendAsync(renewal, cancellationToken)
                .WaitAsync(timeout, timeProvider, cancellationToken).ConfigureAwait(false);
        }
        catch (TimeoutException)
        {
            var silent = new RpcException(
                RpcStatusCode.DeadlineExceeded, $"{target} did not answer the renewal of lease {id:x}");
            if (Volatile.Read(ref lastAnswer) <= start)
                End(silent);
            throw silent;
        }
        catch (ChannelClosedException)
        {
            throw Volatile.Read(ref ending) ?? Closed();
        }
        finally
        {
            renewal.Abandoned = true;
        }
    }

    public async ValueTask DisposeAsync()
    {
        End(Closed());
        await stopping.CancelAsync().ConfigureAwait(false);
        await call.DisposeAsync().ConfigureAwait(false);
        await Task.WhenAll(writing, reading).ConfigureAwait(false);
        stopping.Dispose();
    }

    private async Task<TimeSpan?> SendAsync(Renewal renewal, CancellationToken cancellationToken)
    {
        if (!queue.Writer.TryWrite(renewal))
            await queue.Writer.WriteAsync(renewal, cancellationToken).ConfigureAwait(false);
        return await renewal.Answer.Task.ConfigureAwait(false);
    }

    private async Task WriteAsync()
    {
        try
        {
            await foreach (var renewal in queue.Reader.ReadAllAsync(stopping.Token).ConfigureAwait(false))
            {
                if (renewal.Abandoned || !Expect(renewal))
                    continue;
                await call.WriteAsync(new LeaseKeepAliveRequest { ID = renewal.Id }, stopping.Token)
                    .ConfigureAwait(false);
            }
        }
        catch (Exception failure) when (failure is RpcException or OperationCanceledException)
        {
            End(failure as RpcException ?? Closed());
        }
    }

    private async Task ReadAsync()
    {
        try
        {
            while (await call.ReadAsync(stopping.Token).ConfigureAwait(false) is { } response)
            {
                Volatile.Write(ref lastAnswer, timeProvider.GetTimestamp());
                TimeSpan? left = response.TTL > 0 ? TimeSpan.FromSeconds(response.TTL) : null;
                TakeOldest(response.ID)?.Answer.TrySetResult(left);
            }
            End(Closed());
        }
        catch (Exception failure) when (failure is RpcException or OperationCanceledException)
        {
            End(failure as RpcException ?? Closed());
        }
    }

    private bool Expect(Renewal renewal)
    {
        lock (gate)
        {
            if (ending is not null)
            {
                renewal.Answer.TrySetException(ending);
                return false;
            }
            if (!unanswered.TryGetValue(renewal.Id, out var waiting))
                unanswered[renewal.Id] = waiting = new Queue<Renewal>();
            waiting.Enqueue(renewal);
            return true;
        }
    }

    private Renewal? TakeOldest(long id)
    {
        lock (gate)
        {
            if (!unanswered.TryGetValue(id, out var waiting))
                return null;
            var oldest = waiting.Dequeue();
            if (waiting.Count == 0)
                unanswered.Remove(id);
            return oldest;
        }
    }

    private void End(RpcException why)
    {
        List<Renewal> failed;
        lock (gate)
        {
            if (ending is not null)
                return;
            Volatile.Write(ref ending, why);
            failed = [.. unanswered.Values.SelectMany(waiting => waiting)];
            unanswered.Clear();
            queue.Writer.TryComplete();
        }
        foreach (var renewal in failed)
            renewal.Answer.TrySetException(why);
        while (queue.Reader.TryRead(out var unsent))
            unsent.Answer.TrySetException(why);
    }

    private RpcException Closed() =>
        new(RpcStatusCode.Unavailable, $"{target} ended the stream of lease renewals");

    private sealed class Renewal(long id)
    {
        public long Id { get; } = id;

        public TaskCompletionSource<TimeSpan?> Answer { get; } =
            new(TaskCreationOptions.RunContinuationsAsynchronously);

        /// <summary>Nobody waits any more; if it is not sent yet, it need not be.</summary>
        public volatile bool Abandoned;
    }
}
