namespace Divvy.Simulation.World;

/// <summary>The clocks and timers of one process. Its monotonic clock began at a time of its own and may run fast or
/// slow; its wall clock may be off besides. Timers are by the monotonic clock.</summary>
internal sealed class SimClock : TimeProvider
{
    private static readonly DateTimeOffset epoch = new(2030, 1, 1, 0, 0, 0, TimeSpan.Zero);

    private readonly SimWorld world;
    private readonly SimProcess process;
    private readonly TimeSpan began;
    private readonly TimeSpan born;
    private double rate;
    private TimeSpan localBase;
    private TimeSpan trueBase;

    public SimClock(SimWorld world, SimProcess process, ClockFault fault)
    {
        this.world = world;
        this.process = process;
        Skew = fault.Skew;
        rate = 1 + fault.Drift;
        began = localBase = TimeSpan.FromSeconds(1000 + process.Incarnation);
        born = trueBase = world.Now;
    }

    /// <summary>How far the wall clock is ahead of the world's, drift apart.</summary>
    public TimeSpan Skew { get; set; }

    /// <summary>Changes the rate from now on. Timers that run keep the true time they were set to.</summary>
    public double Drift
    {
        get => rate - 1;
        set
        {
            localBase = Local;
            trueBase = world.Now;
            rate = 1 + value;
        }
    }

    public override long TimestampFrequency => TimeSpan.TicksPerSecond;

    public override TimeZoneInfo LocalTimeZone => TimeZoneInfo.Utc;

    private TimeSpan Local => localBase + TimeSpan.FromTicks((long)((world.Now - trueBase).Ticks * rate));

    public override long GetTimestamp() => Local.Ticks;

    public override DateTimeOffset GetUtcNow() => epoch + born + (Local - began) + Skew;

    public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period)
    {
        var timer = new ClockTimer(this, callback, state);
        timer.Change(dueTime, period);
        return timer;
    }

    private SimTimer After(TimeSpan local, Action action) =>
        process.Schedule(TimeSpan.FromTicks((long)Math.Ceiling(local.Ticks / rate)), action);

    private sealed class ClockTimer(SimClock clock, TimerCallback callback, object? state) : ITimer
    {
        private SimTimer? next;
        private TimeSpan period;
        private bool disposed;

        public bool Change(TimeSpan dueTime, TimeSpan period)
        {
            if (disposed)
                return false;
            next?.Cancel();
            next = null;
            this.period = period;
            if (dueTime >= TimeSpan.Zero)
                next = clock.After(dueTime, Fire);
            return true;
        }

        public void Dispose()
        {
            disposed = true;
            next?.Cancel();
        }

        public ValueTask DisposeAsync()
        {
            Dispose();
            return ValueTask.CompletedTask;
        }

        private void Fire()
        {
            if (disposed)
                return;
            next = period > TimeSpan.Zero ? clock.After(period, Fire) : null;
            callback(state);
        }
    }
}
