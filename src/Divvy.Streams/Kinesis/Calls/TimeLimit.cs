namespace Divvy.Streams.Kinesis.Calls;

/// <summary>A token that is cancelled with the caller's or after a time, whichever comes first.</summary>
internal sealed class TimeLimit : IDisposable
{
    private readonly TimeSpan time;
    private readonly CancellationTokenSource timer;
    private readonly CancellationTokenSource linked;

    public TimeLimit(TimeSpan time, TimeProvider clock, CancellationToken cancellationToken)
    {
        this.time = time;
        timer = new CancellationTokenSource(time, clock);
        linked = CancellationTokenSource.CreateLinkedTokenSource(timer.Token, cancellationToken);
    }

    public CancellationToken Token => linked.Token;

    /// <summary>Does not run until <see cref="Restart"/>.</summary>
    public void Pause() => timer.CancelAfter(Timeout.InfiniteTimeSpan);

    /// <summary>Begins anew.</summary>
    public void Restart() => timer.CancelAfter(time);

    public void Dispose()
    {
        linked.Dispose();
        timer.Dispose();
    }
}
