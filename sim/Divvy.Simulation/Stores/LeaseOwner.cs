using Divvy.Simulation.World;

namespace Divvy.Simulation.Stores;

/// <summary>A client that lives by its leases and does nothing else: it renews each for long, through elections and
/// pauses of leaders, and then takes another one. It may die at any moment; what it held has to end then, and not
/// before.</summary>
internal sealed class LeaseOwner
{
    /// <summary>Numbers of these clients in the history begin above those of others.</summary>
    private const int FirstNumber = 100;

    private readonly StoreRun run;
    private readonly int number;

    public LeaseOwner(StoreRun run, int number)
    {
        (this.run, this.number) = (run, number);
        Process = Begin();
    }

    /// <summary>The process that runs, or ran last.</summary>
    public SimProcess Process { get; private set; }

    /// <summary>What that does. It never ends when the process died.</summary>
    public Task Running { get; private set; } = Task.CompletedTask;

    /// <summary>Begins again, unless it runs.</summary>
    public void Start()
    {
        if (!Process.IsAlive)
            Process = Begin();
    }

    private SimProcess Begin()
    {
        var process = run.World.Start($"owner-{number}");
        Running = RunAsync(process, run.World.Fork($"{process.Name} {process.Incarnation}"));
        return process;
    }

    private async Task RunAsync(SimProcess process, SimRandom random)
    {
        var client = run.ClientIn(process, TimeSpan.FromSeconds(random.Pick([1, 5])));
        await using var owned = client.ConfigureAwait(false);
        var calls = new StoreCalls(run, FirstNumber + number, process);
        while (!run.IsOver)
        {
            await Task.Delay(random.Exponential(TimeSpan.FromMilliseconds(200)), process.Clock).ConfigureAwait(false);
            var holder = new LeaseHolder(run, client, process, random, calls);
            await holder.RunAsync(random.Between(1, 40)).ConfigureAwait(false);
        }
    }
}
