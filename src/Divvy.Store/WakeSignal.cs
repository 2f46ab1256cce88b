namespace Divvy.Store;

/// <summary>Tells one waiter that there is something to do; being told twice before it looks is being told once. The
/// waiter resumes on the pool, never inside <see cref="Set"/>.</summary>
internal sealed class WakeSignal
{
    // Not disposed: it holds no handle, as nobody asks for one.
    private readonly SemaphoreSlim semaphore = new(0, 1);
    private readonly Lock gate = new();

    public void Set()
    {
        lock (gate)
        {
            if (semaphore.CurrentCount == 0)
                semaphore.Release();
        }
    }

    public Task WaitAsync(CancellationToken cancellationToken) => semaphore.WaitAsync(cancellationToken);
}
