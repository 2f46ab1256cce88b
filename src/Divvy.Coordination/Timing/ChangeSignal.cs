namespace Divvy.Coordination.Timing;

/// <summary>Wakes one loop: many changes before it looks are one. Thread-safe.</summary>
internal sealed class ChangeSignal
{
    private readonly SemaphoreSlim raised = new(0, 1);
    private readonly Lock gate = new();

    public void Raise()
    {
        lock (gate)
        {
            if (raised.CurrentCount == 0)
                raised.Release();
        }
    }

    /// <summary>Waits for a change, or until the time is over. True: something changed.</summary>
    public async Task<bool> WaitAsync(TimeSpan longest, TimeProvider time, CancellationToken cancellationToken)
    {
        using var limit = new CancellationTokenSource(longest, time);
        using var both = CancellationTokenSource.CreateLinkedTokenSource(limit.Token, cancellationToken);
        try
        {
            await raised.WaitAsync(both.Token).ConfigureAwait(false);
            return true;
        }
        catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
        {
            return false;
        }
    }
}
