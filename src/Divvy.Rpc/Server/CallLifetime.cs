using Divvy.Rpc.Protocol;

namespace Divvy.Rpc.Server;

/// <summary>
/// The time a call may run: its token, its deadline and the first reason for which it was cut short.
/// <para>Watching costs a source, a timer and registrations, and most calls end before any of these can matter. So
/// nothing is watched until somebody asks for the token. A deadline that nobody watches is held against the clock where
/// it counts, in <see cref="ThrowIfCancelled"/>.</para>
/// Thread-safe. The token's source is never disposed, because a late cancellation must find it; it owns nothing but
/// memory.
/// </summary>
internal abstract class CallLifetime : IDisposable
{
    /// <summary>Timers count milliseconds in 32 bits; nobody waits longer than this for an answer.</summary>
    private static readonly TimeSpan LongestTimer = TimeSpan.FromDays(49);

    private readonly TimeProvider timeProvider;
    private readonly long started;
    private readonly TimeSpan? timeout;
    private CancellationTokenSource? source;
    private ITimer? timer;
    private int reason;
    private int over;

    protected CallLifetime(TimeProvider timeProvider, TimeSpan? timeout)
    {
        this.timeProvider = timeProvider;
        this.timeout = timeout;
        started = timeProvider.GetTimestamp();
    }

    public CancellationToken Token => (Volatile.Read(ref source) ?? Watch()).Token;

    public CancelReason Reason => (CancelReason)Volatile.Read(ref reason);

    public TimeSpan Elapsed => timeProvider.GetElapsedTime(started);

    public TimeSpan? TimeLeft => timeout is { } limit
        ? TimeSpan.FromTicks(Math.Max(0, (limit - Elapsed).Ticks))
        : null;

    /// <summary>Runs once, before the token is cancelled. Set before anybody can cancel.</summary>
    public Action<CancelReason>? Cancelled { get; init; }

    /// <summary>Cuts the call short. Only the first reason counts.</summary>
    public void Cancel(CancelReason why)
    {
        if (Interlocked.CompareExchange(ref reason, (int)why, (int)CancelReason.None) != (int)CancelReason.None)
            return;
        Cancelled?.Invoke(why);
        // The exchange above is a fence: either this sees the source, or who makes it sees the reason.
        Volatile.Read(ref source)?.Cancel();
    }

    /// <summary>Throws from the moment the reason is known, which is a little before the token is cancelled.</summary>
    public void ThrowIfCancelled()
    {
        if (Reason == CancelReason.None && TimeLeft == TimeSpan.Zero)
            Cancel(CancelReason.Deadline);
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

    /// <summary>Starts to watch now, for who wants to know of the end without asking for the token.</summary>
    public void Start() => Watch();

    /// <summary>Stops watching, for good.</summary>
    public void Dispose()
    {
        // The fence is the counterpart of that in Watch: either this sees the source, or Watch sees that it is over.
        if (Interlocked.Exchange(ref over, 1) != 0 || Volatile.Read(ref source) is not { } watched)
            return;
        lock (watched)
            Unregister();
    }

    /// <summary>Starts to watch whatever else than the deadline ends the call. Called at most once.</summary>
    protected abstract void Register();

    /// <summary>Undoes <see cref="Register"/>. May be called from a callback that it registered.</summary>
    protected virtual void Unregister() => timer?.Dispose();

    private CancellationTokenSource Watch()
    {
        var made = new CancellationTokenSource();
        if (Interlocked.CompareExchange(ref source, made, null) is { } other)
            return other;
        lock (made)
        {
            if (Reason != CancelReason.None)
                made.Cancel();
            else if (Volatile.Read(ref over) == 0)
                RegisterAll();
        }

        return made;
    }

    private void RegisterAll()
    {
        Register();
        if (TimeLeft is not { } left || left > LongestTimer)
            return;
        if (left == TimeSpan.Zero)
        {
            Cancel(CancelReason.Deadline);
            return;
        }

        timer = timeProvider.CreateTimer(
            static state => ((CallLifetime)state!).Cancel(CancelReason.Deadline), this, left, Timeout.InfiniteTimeSpan);
    }
}
