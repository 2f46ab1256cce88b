namespace Divvy.Coordination.Sessions;

/// <summary>The newest heartbeat that waits for its renewal; older ones need none. Thread-safe.</summary>
internal sealed class HeartbeatBox
{
    private readonly SemaphoreSlim signal = new(0);
    private readonly Lock gate = new();
    private ulong newest;
    private bool waiting;

    public void Put(ulong number)
    {
        lock (gate)
        {
            newest = Math.Max(newest, number);
            if (waiting)
                return;
            waiting = true;
        }
        signal.Release();
    }

    public async Task<ulong> TakeAsync(CancellationToken cancellationToken)
    {
        await signal.WaitAsync(cancellationToken).ConfigureAwait(false);
        lock (gate)
        {
            waiting = false;
            return newest;
        }
    }
}
