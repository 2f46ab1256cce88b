namespace Divvy.Simulation.World;

/// <summary>One incarnation of an operating system's process. Code runs in it because one of its timers ends or
/// something is delivered to it, both by <see cref="Schedule"/>: so when it crashes nothing of it runs any more, and
/// while it is paused nothing does.</summary>
internal sealed class SimProcess
{
    private readonly SimWorld world;
    private readonly Queue<Action> heldBack = new();

    public SimProcess(SimWorld world, string name, int incarnation, ClockFault clock)
    {
        this.world = world;
        Name = name;
        Incarnation = incarnation;
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
    public SimTimer Schedule(TimeSpan delay, Action action) => world.Schedule(delay, () => Deliver(action), this);

    /// <summary>Ends the process where it stands (kill -9, power cut). Nothing is told to the code in it.</summary>
    public void Crash()
    {
        if (!IsAlive)
            return;
        IsAlive = false;
        heldBack.Clear();
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
        heldBack.Clear();
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

    public void Resume()
    {
        if (!IsAlive || !IsPaused)
            return;
        IsPaused = false;
        world.Trace.Add(TraceKind.Process, Name, "goes on");
        var due = heldBack.ToArray();
        heldBack.Clear();
        foreach (var action in due)
            Schedule(TimeSpan.Zero, action);
    }

    /// <summary>Lets something happen in this process now, for who has just come to it: not if it has crashed, and
    /// later if it is paused.</summary>
    public void Deliver(Action action)
    {
        if (!IsAlive)
            return;
        if (IsPaused)
            heldBack.Enqueue(action);
        else
            action();
    }
}
