using Divvy.Rpc.Protocol;

namespace Divvy.Rpc.Server;

/// <summary>The time a call may run: its token, its deadline and the first reason for which it was cut short.
/// Thread-safe. The token's source is never disposed, because a late cancellation must find it; it owns nothing but
/// memory.</summary>
internal sealed class CallLifetime : IDisposable
{
    /// <summary>Timers count milliseconds in 32 bits; nobody waits longer than this for an answer.</summary>
    private static readonly TimeSpan LongestTimer = TimeSpan.FromDays(49);

    private readonly CancellationTokenSource source = new();
    private readonly TimeProvider timeProvider;
    private readonly long started;
    private readonly TimeSpan? timeout;
    private Action<CancelReason>? cancelled;
    private ITimer? timer;
    private int reason;

    public CallLifetime(TimeProvider timeProvider, TimeSpan? timeout)
    {
        this.timeProvider = timeProvider;
        this.timeout = timeout;
        started = timeProvider.GetTimestamp();
    }

    public CancellationToken Token => source.Token;

    public CancelReason Reason => (CancelReason)Volatile.Read(ref reason);

    public TimeSpan Elapsed => timeProvider.GetElapsedTime(started);

    public TimeSpan? TimeLeft => timeout is { } limit
        ? TimeSpan.FromTicks(Math.Max(0, (limit - Elapsed).Ticks))
        : null;

    /// <summary>Starts the deadline. The callback runs once, before the token is cancelled.</summary>
    public void Start(Action<CancelReason>? onCancelled = null)
    {
        cancelled = onCancelled;
        if (timeout is not { } limit || limit > LongestTimer)
            return;
        if (limit <= TimeSpan.Zero)
        {
            Cancel(CancelReason.Deadline);
            return;
        }

        timer = timeProvider.CreateTimer(
            static state => ((CallLifetime)state!).Cancel(CancelReason.Deadline),
            this,
            limit,
            Timeout.InfiniteTimeSpan);
    }

    /// <summary>Cuts the call short. Only the first reason counts.</summary>
    public void Cancel(CancelReason why)
    {
        if (Interlocked.CompareExchange(ref reason, (int)why, (int)CancelReason.None) != (int)CancelReason.None)
            return;
        cancelled?.Invoke(why);
        source.Cancel();
    }

    /// <summary>Throws from the moment the reason is known, which is a little before the token is cancelled.</summary>
    public void ThrowIfCancelled()
    {
        if (Reason != CancelReason.None)
            throw new OperationCanceledException(StatusOfCancel().Detail, Token);
    }

    /// <summary>The status that says why the call was cut short.</summary>
    public RpcStatus StatusOfCancel() => Reason switch
    {
        CancelReason.Deadline => new RpcStatus(RpcStatusCode.DeadlineExceeded, "the deadline of the call has passed"),
        CancelReason.ServerStopping => new RpcStatus(RpcStatusCode.Unavailable, "the server is stopping"),
        _ => new RpcStatus(RpcStatusCode.Cancelled, "the client cancelled the call"),
    };

    public void Dispose() => timer?.Dispose();
}
