namespace Divvy.Streams.Kinesis.Calls;

/// <summary>A token that is cancelled with the caller's or after a time, whichever comes first.</summary>
internal sealed class TimeLimit : IDisposable
{
    private readonly CancellationTokenSource timer;
    private readonly CancellationTokenSource linked;

    public TimeLimit(TimeSpan time, TimeProvider clock, CancellationToken cancellationToken)
    {
        timer = new CancellationTokenSource(time, clock);
        linked = CancellationTokenSource.CreateLinkedTokenSource(timer.Token, cancellationToken);
    }

    public CancellationToken Token => linked.Token;

    public void Dispose()
    {
        linked.Dispose();
        timer.Dispose();
    }
}
