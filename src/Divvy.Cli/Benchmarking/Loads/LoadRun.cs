namespace Divvy.Cli.Benchmarking.Loads;

/// <summary>A load that is running: hands out the requests, counts the clients that have none any more. Thread-safe.
/// </summary>
internal sealed class LoadRun(long total, LatencyRecorder recorder, Pacer? pacer = null)
{
    /// <summary>How long calls under way are waited for when the run is stopped.</summary>
    public static readonly TimeSpan Grace = TimeSpan.FromSeconds(5);

    private readonly TaskCompletionSource done = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private long taken;
    private int clients;
    private volatile bool isStopped;

    public LatencyRecorder Recorder { get; } = recorder;

    public Pacer? Pacer { get; } = pacer;

    /// <summary>Starts all clients and completes when each has ended its last request. Cancelled, no new request is
    /// started and those under way are waited for.</summary>
    public async Task RunAsync(IReadOnlyList<LoadClient> all, CancellationToken stop)
    {
        clients = all.Count;
        using var registration = stop.UnsafeRegister(_ => isStopped = true, null);
        using var pacing = new CancellationTokenSource();
        var pacer = Pacer?.RunAsync(pacing.Token) ?? Task.CompletedTask;
        foreach (var client in all)
            client.Next();
        await WaitAsync(stop);
        await pacing.CancelAsync();
        await pacer;
    }

    /// <summary>The number of the next request; false when there is none any more.</summary>
    public bool TryTake(out long index)
    {
        index = Interlocked.Increment(ref taken) - 1;
        return index < total && !isStopped;
    }

    public void OnClientDone()
    {
        if (Interlocked.Decrement(ref clients) == 0)
            done.TrySetResult();
    }

    private async Task WaitAsync(CancellationToken stop)
    {
        try
        {
            await done.Task.WaitAsync(stop);
        }
        catch (OperationCanceledException)
        {
            await Task.WhenAny(done.Task, Task.Delay(Grace, CancellationToken.None));
        }
    }
}
