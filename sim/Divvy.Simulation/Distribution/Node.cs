using Divvy.Simulation.World;

namespace Divvy.Simulation.Distribution;

/// <summary>A process of the distributor, over one life of it.</summary>
internal abstract class Node
{
    private readonly TaskCompletionSource ended = new(TaskCreationOptions.RunContinuationsAsynchronously);

    protected Node(SimProcess process)
    {
        Process = process;
        process.Crashed += () => ended.TrySetResult();
    }

    public SimProcess Process { get; }

    public string Name => Process.Name;

    /// <summary>Its name and which life of it this is.</summary>
    public string Life => $"{Process.Name}#{Process.Incarnation}";

    public bool IsUp => Process.IsAlive;

    /// <summary>Runs something in the process, as one of its own threads would: when it is paused, after that. False:
    /// the process ended before it was done.</summary>
    public async Task<bool> RunAsync(Func<Task> work)
    {
        var done = new TaskCompletionSource<Task>(TaskCreationOptions.RunContinuationsAsynchronously);
        Process.Deliver(() => done.SetResult(work()));
        var finished = done.Task.Unwrap();
        if (await Task.WhenAny(finished, ended.Task).ConfigureAwait(false) != finished)
            return false;
        await finished.ConfigureAwait(false);
        return true;
    }
}
