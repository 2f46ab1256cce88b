namespace Divvy.TestKit;

/// <summary>A timer of a <see cref="ManualTimeProvider"/>, which owns its due time.</summary>
internal sealed class ManualTimer(ManualTimeProvider time, TimerCallback callback, object? state) : ITimer
{
    private TimeSpan period = Timeout.InfiniteTimeSpan;
    private bool disposed;

    internal TimeSpan Due { get; set; }

    internal long Sequence { get; set; }

    public bool Change(TimeSpan dueTime, TimeSpan period)
    {
        if (disposed)
            return false;
        this.period = period == TimeSpan.Zero ? Timeout.InfiniteTimeSpan : period;
        time.Arm(this, dueTime);
        return true;
    }

    public void Dispose()
    {
        disposed = true;
        time.Disarm(this);
    }

    public ValueTask DisposeAsync()
    {
        Dispose();
        return ValueTask.CompletedTask;
    }

    internal void Fire()
    {
        if (disposed)
            return;
        if (period != Timeout.InfiniteTimeSpan)
            time.Arm(this, period);
        callback(state);
    }
}
