namespace Divvy.Streams.Tests.Consuming.Fakes;

/// <summary>What happened, in order; lets a test wait for an event. Thread-safe.</summary>
internal sealed class EventLog
{
    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(30);

    private readonly Lock gate = new();
    private readonly List<string> events = [];
    private TaskCompletionSource changed = NewSignal();

    public IReadOnlyList<string> Events
    {
        get
        {
            lock (gate)
                return [.. events];
        }
    }

    public void Add(string what)
    {
        TaskCompletionSource signal;
        lock (gate)
        {
            events.Add(what);
            signal = changed;
            changed = NewSignal();
        }
        signal.SetResult();
    }

    /// <summary>Waits until that happened so many times.</summary>
    public Task WaitForAsync(string what, int times = 1) =>
        WaitForAsync(all => all.Count(entry => entry == what) >= times, $"'{what}', {times} times");

    public async Task WaitForAsync(Func<IReadOnlyList<string>, bool> condition, string what)
    {
        using var timeout = new CancellationTokenSource(Limit);
        while (true)
        {
            Task next;
            lock (gate)
            {
                if (condition(events))
                    return;
                next = changed.Task;
            }
            try
            {
                await next.WaitAsync(timeout.Token);
            }
            catch (OperationCanceledException)
            {
                throw new TimeoutException($"did not happen: {what}. Happened: {string.Join("; ", Events)}");
            }
        }
    }

    private static TaskCompletionSource NewSignal() => new(TaskCreationOptions.RunContinuationsAsynchronously);
}
