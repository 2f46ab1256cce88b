namespace Divvy.Simulation.World;

/// <summary>One incarnation of an operating system's process. Code runs in it because one of its timers ends or
/// something is delivered to it, both by <see cref="Schedule"/>: so when it crashes nothing of it runs any more, and
/// while it is paused nothing does.</summary>
internal sealed class SimProcess
{
    private readonly SimWorld world;
    private readonly List<Action> dueTimers = [];
    private readonly List<Action> arrivals = [];
    private readonly SimRandom random;

    public SimProcess(SimWorld world, string name, int incarnation, ClockFault clock)
    {
        this.world = world;
        Name = name;
        Incarnation = incarnation;
        random = world.Fork($"threads of {name} {incarnation}");
        Clock = new SimClock(world, this, clock);
    }

    /// <summary>Told at the instant of the crash, before anything else happens: disks lose what was not synced, and
    /// peers' connections break.</summary>
    public event Action? Crashed;

    public string Name { get; }

    /// <summary>1 for the first process of this name.</summary>
    public int Incarnation { get; }

    public bool IsAlive { get; private set; } = true;

    /// <summary>It ended by itself, in order, and not by a crash.</summary>
    public bool HasExited { get; private set; }

    public bool IsPaused { get; private set; }

    /// <summary>The time as this process sees it; it stands for timers too.</summary>
    public TimeProvider Clock { get; }

    public SimWorld World => world;

    /// <summary>Lets something happen in this process after a span of true time: not if it has crashed by then, and
    /// only when it goes on if it is paused then.</summary>
    public SimTimer Schedule(TimeSpan delay, Action action) =>
        world.Schedule(delay, () => Take(action, dueTimers), this);

    /// <summary>Ends the process where it stands (kill -9, power cut). Nothing is told to the code in it.</summary>
    public void Crash()
    {
        if (!IsAlive)
            return;
        IsAlive = false;
        Forget();
        world.CancelTimers(this);
        world.Trace.Add(TraceKind.Process, Name, "crashes");
        Crashed?.Invoke();
    }

    /// <summary>Ends the process after its code has stopped by itself.</summary>
    public void Exit()
    {
        if (!IsAlive)
            return;
        IsAlive = false;
        HasExited = true;
        Forget();
        world.CancelTimers(this);
        world.Trace.Add(TraceKind.Process, Name, "exits");
        Crashed?.Invoke();
    }

    /// <summary>Stops everything in the process (SIGSTOP, a pause of the collector or the hypervisor) while the world
    /// goes on.</summary>
    public void Pause()
    {
        if (!IsAlive || IsPaused)
            return;
        IsPaused = true;
        world.Trace.Add(TraceKind.Process, Name, "stands still");
    }

    /// <summary>Lets it go on. The timers that have become due meanwhile come in their order, and what has arrived in
    /// its own; which of the two is first, no thread of a real process could say either.</summary>
    public void Resume()
    {
        if (!IsAlive || !IsPaused)
            return;
        IsPaused = false;
        world.Trace.Add(TraceKind.Process, Name, "goes on");
        Action[] due = random.Chance(0.5) ? [.. dueTimers, .. arrivals] : [.. arrivals, .. dueTimers];
        Forget();
        foreach (var action in due)
            Schedule(TimeSpan.Zero, action);
    }

    /// <summary>Lets something happen in this process now, for who has just come to it: not if it has crashed, and
    /// later if it is paused.</summary>
    public void Deliver(Action action) => Take(action, arrivals);

    private void Take(Action action, List<Action> later)
    {
        if (!IsAlive)
            return;
        if (IsPaused)
            later.Add(action);
        else
            action();
    }

    private void Forget()
    {
        dueTimers.Clear();
        arrivals.Clear();
    }
}
