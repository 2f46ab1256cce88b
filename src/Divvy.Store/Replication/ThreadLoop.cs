namespace Divvy.Store.Replication;

/// <summary>A loop that is a thread.</summary>
internal sealed class ThreadLoop : IWorkLoop
{
    private readonly object sync = new();
    private readonly Thread thread;
    private bool awake;
    private volatile bool isAwake;
    private volatile bool stopping;

    public ThreadLoop(string name, Func<bool> step, Action<Exception> failed)
    {
        thread = new Thread(() => Run(step, failed)) { Name = name, IsBackground = true };
        thread.Start();
    }

    public void Wake()
    {
        if (isAwake)
            return;
        lock (sync)
        {
            isAwake = awake = true;
            Monitor.Pulse(sync);
        }
    }

    /// <summary>Lets the step under way finish and waits for it.</summary>
    public void Dispose()
    {
        stopping = true;
        isAwake = false;
        Wake();
        thread.Join();
    }

    private void Run(Func<bool> step, Action<Exception> failed)
    {
        try
        {
            while (!stopping)
            {
                Sleep();
                while (!stopping && step())
                {
                }
            }
        }
        catch (Exception failure) when (failure is not OutOfMemoryException)
        {
            failed(failure);
        }
    }

    /// <summary>The mark is taken back before the step looks for work, so a wake after that look is never
    /// lost.</summary>
    private void Sleep()
    {
        lock (sync)
        {
            while (!awake)
                Monitor.Wait(sync);
            isAwake = awake = false;
        }
    }
}
