namespace Divvy.TestKit;

/// <summary>Virtual time: it stands still until <see cref="Advance"/>. Timers fire on the thread that advances, in the
/// order of their due times (ties: in the order they were armed), each seeing its own due time as now. A timer armed
/// by a callback fires in the same advance if it falls due in it. Thread-safe.</summary>
/// <remarks>Code under test arms its timers from its own continuations. Await
/// <see cref="WaitForTimerAsync(TimeSpan)"/> before advancing, so that the test does not advance past a timer that is
/// about to be armed.</remarks>
public sealed class ManualTimeProvider : TimeProvider
{
    /// <summary>How long a wait for a timer to be armed lasts in real time.</summary>
    public static readonly TimeSpan DefaultWait = TimeSpan.FromSeconds(30);

    private readonly Lock gate = new();
    private readonly List<ManualTimer> armed = [];
    private readonly DateTimeOffset start;
    private TaskCompletionSource armedChanged = NewSignal();
    private TimeSpan elapsed;
    private long sequence;

    public ManualTimeProvider(DateTimeOffset? start = null) =>
        this.start = start ?? new DateTimeOffset(2026, 1, 1, 0, 0, 0, TimeSpan.Zero);

    /// <summary>Time passed since construction.</summary>
    public TimeSpan Elapsed
    {
        get
        {
            lock (gate)
                return elapsed;
        }
    }

    /// <summary>How many timers are waiting.</summary>
    public int ArmedTimers
    {
        get
        {
            lock (gate)
                return armed.Count;
        }
    }

    public override long TimestampFrequency => TimeSpan.TicksPerSecond;

    public override TimeZoneInfo LocalTimeZone => TimeZoneInfo.Utc;

    public override DateTimeOffset GetUtcNow() => start + Elapsed;

    public override long GetTimestamp() => Elapsed.Ticks;

    public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period)
    {
        var timer = new ManualTimer(this, callback, state);
        timer.Change(dueTime, period);
        return timer;
    }

    /// <summary>Moves time forward and fires every timer that falls due on the way.</summary>
    public void Advance(TimeSpan by)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(by, TimeSpan.Zero);
        var target = Elapsed + by;
        while (TakeNext(target) is { } timer)
            timer.Fire();
        lock (gate)
            elapsed = target > elapsed ? target : elapsed;
    }

    /// <summary>Waits until a timer is armed whose time left satisfies the condition.
    /// <exception cref="TimeoutException">None was, within <see cref="DefaultWait"/> of real
    /// time.</exception></summary>
    public async Task WaitForTimerAsync(Func<TimeSpan, bool> timeLeft, string what)
    {
        using var timeout = new CancellationTokenSource(DefaultWait);
        while (true)
        {
            Task changed;
            lock (gate)
            {
                if (armed.Exists(timer => timeLeft(timer.Due - elapsed)))
                    return;
                changed = armedChanged.Task;
            }
            try
            {
                await changed.WaitAsync(timeout.Token).ConfigureAwait(false);
            }
            catch (OperationCanceledException)
            {
                throw new TimeoutException($"no timer was armed for: {what}. Armed: {Describe()}");
            }
        }
    }

    /// <summary>Waits until a timer is armed that fires after exactly this time.</summary>
    public Task WaitForTimerAsync(TimeSpan timeLeft) => WaitForTimerAsync(left => left == timeLeft, $"{timeLeft}");

    internal void Arm(ManualTimer timer, TimeSpan dueTime)
    {
        TaskCompletionSource signal;
        lock (gate)
        {
            armed.Remove(timer);
            if (dueTime == Timeout.InfiniteTimeSpan)
                return;
            timer.Due = elapsed + dueTime;
            timer.Sequence = sequence++;
            armed.Add(timer);
            signal = armedChanged;
            armedChanged = NewSignal();
        }
        signal.SetResult();
    }

    internal bool Disarm(ManualTimer timer)
    {
        lock (gate)
            return armed.Remove(timer);
    }

    private ManualTimer? TakeNext(TimeSpan target)
    {
        lock (gate)
        {
            var next = armed.Where(timer => timer.Due <= target)
                .OrderBy(timer => timer.Due).ThenBy(timer => timer.Sequence).FirstOrDefault();
            if (next is null)
                return null;
            elapsed = next.Due > elapsed ? next.Due : elapsed;
            armed.Remove(next);
            return next;
        }
    }

    private string Describe()
    {
        lock (gate)
            return armed.Count == 0 ? "none" : string.Join(", ", armed.Select(timer => timer.Due - elapsed));
    }

    private static TaskCompletionSource NewSignal() => new(TaskCreationOptions.RunContinuationsAsynchronously);
}
