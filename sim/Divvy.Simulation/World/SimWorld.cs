namespace Divvy.Simulation.World;

/// <summary>
/// One run: virtual time, what is going to happen in it, and the numbers that were drawn for it.
/// <para><b>Why it repeats.</b> The program runs with a thread pool of one thread (see the project file), so all that
/// is not an event of this world (continuations, pool work, channels) is run by that thread, in the order in which it
/// came. The driver is pool work as well. While there is other work it puts itself behind it; when there is none,
/// nothing can happen at this instant any more, and it takes the next event: time jumps there. Events at one
/// instant come in the order in which they were scheduled. So a run depends on its seed alone, as long as nothing in
/// it looks at a real clock, thread, die, file or socket.</para>
/// <para><b>What is simulated</b> is what processes have of the outside: clocks (<see cref="SimProcess.Clock"/>),
/// disks and the network. What runs between is the production code.</para>
/// <para>Used from the pool's thread only.</para>
/// </summary>
internal sealed class SimWorld
{
    private readonly ulong seed;
    private readonly PriorityQueue<SimTimer, (long Due, long Order)> events = new();
    private readonly TaskCompletionSource ended = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly Dictionary<string, int> incarnations = [];
    private Task main = Task.CompletedTask;
    private long scheduled;

    /// <summary>A world that nobody drives, for what needs none of it or steps by itself.</summary>
    internal SimWorld(ulong seed, bool keepTrace)
    {
        this.seed = seed;
        Trace = new EventTrace(() => Now, keepTrace);
    }

    /// <summary>True time since the run began. No process knows it: their clocks are off.</summary>
    public TimeSpan Now { get; private set; }

    public EventTrace Trace { get; }

    /// <summary>Events that have happened.</summary>
    public long Steps { get; private set; }

    /// <summary>Runs a world to the end of its main task. The caller's thread waits.</summary>
    /// <param name="seed">What the run depends on.</param>
    /// <param name="keepTrace">Keep the lines of the trace.</param>
    /// <param name="main">What happens in it. It begins at instant zero; what it throws is thrown here.</param>
    /// <exception cref="InvalidOperationException">The pool has more than one thread, or nothing is ever going to
    /// happen any more and the main task still waits.</exception>
    public static SimWorld Run(ulong seed, bool keepTrace, Func<SimWorld, Task> main)
    {
        ThreadPool.GetMaxThreads(out var threads, out _);
        if (threads != 1)
        {
            throw new InvalidOperationException(
                $"the thread pool has up to {threads} threads: runs repeat only with one (set"
                + " System.Threading.ThreadPool.MinThreads and MaxThreads to 1 in the program's runtimeconfig.json)");
        }

        var world = new SimWorld(seed, keepTrace);
        ThreadPool.UnsafeQueueUserWorkItem(static start => start.World.Begin(start.Main), (World: world, Main: main), false);
        world.ended.Task.GetAwaiter().GetResult();
        return world;
    }

    /// <summary>Random numbers for the part of this name.</summary>
    public SimRandom Fork(string name) => new(SimRandom.SeedOf(seed, name));

    /// <summary>Lets something happen after a span of true time; never at once, even if the span is zero.</summary>
    public SimTimer Schedule(TimeSpan delay, Action action, SimProcess? process = null)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(delay, TimeSpan.Zero);
        var timer = new SimTimer(Now + delay, action, process);
        events.Enqueue(timer, (timer.Due.Ticks, scheduled++));
        return timer;
    }

    /// <summary>Cancels the timers of a process that has ended. Those of a store or a server wait for minutes, and
    /// each would keep all that its process had in memory.</summary>
    public void CancelTimers(SimProcess ended)
    {
        foreach (var (timer, _) in events.UnorderedItems)
        {
            if (timer.IsOf(ended))
                timer.Cancel();
        }
    }

    /// <summary>Completes after a span of true time.</summary>
    public Task Delay(TimeSpan delay)
    {
        var over = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        Schedule(delay, over.SetResult);
        return over.Task;
    }

    /// <summary>Starts a process, or the next incarnation of one that has crashed.</summary>
    public SimProcess Start(string name, ClockFault clock = default)
    {
        var incarnation = incarnations[name] = incarnations.GetValueOrDefault(name) + 1;
        Trace.Add(TraceKind.Process, name, incarnation == 1 ? "starts" : $"starts again, for the {incarnation}. time");
        return new SimProcess(this, name, incarnation, clock);
    }

    private void Begin(Func<SimWorld, Task> start)
    {
        main = start(this);
        Drive();
    }

    /// <summary>One turn of the driver; see the type's description.</summary>
    private void Drive()
    {
        try
        {
            if (ThreadPool.PendingWorkItemCount > 0)
            {
                Again();
                return;
            }

            if (main.IsCompleted)
            {
                End(main.Exception?.InnerException);
                return;
            }

            if (!TakeNext())
            {
                End(new InvalidOperationException(
                    $"the run stands still at {Now.TotalSeconds:F6} s: its main task waits, and no timer runs"));
                return;
            }

            Again();
        }
        catch (Exception failure) when (failure is not OutOfMemoryException)
        {
            End(failure);
        }
    }

    /// <summary>Lets the next event happen; false: there is none.</summary>
    internal bool TakeNext()
    {
        while (events.TryDequeue(out var next, out _))
        {
            if (!next.IsPending)
                continue;
            Now = next.Due;
            Steps++;
            next.Fire();
            return true;
        }

        return false;
    }

    private void Again() =>
        ThreadPool.UnsafeQueueUserWorkItem(static world => world.Drive(), this, preferLocal: false);

    private void End(Exception? failure)
    {
        if (failure is null)
            ended.TrySetResult();
        else
            ended.TrySetException(failure);
    }
}
