using System.Globalization;
using Divvy.Cli.Demo;
using Divvy.Cli.Output;
using Divvy.Cli.Processes;

namespace Divvy.Cli.Up;

/// <summary>The instances of <c>divvy up</c>, one child process each. One that ends by itself, or is killed, is
/// reported
/// and not replaced: its shards move to the others, which is what a demonstration is for.</summary>
internal sealed class UpInstances(UpSettings settings, string servers, Action<string> report) : IAsyncDisposable
{
    /// <summary>Tried first, so that there is something to remember.</summary>
    private const int PreferredPort = 9001;

    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(20);

    private readonly List<ChildProcess> children = [];
    private readonly List<Task> watches = [];
    private volatile bool stopping;

    /// <summary>Where the first instance answers /echo.</summary>
    public int FirstPort { get; private set; }

    /// <summary>Starts them and waits until all have a session.</summary>
    public async Task StartAsync(CancellationToken cancellationToken)
    {
        FirstPort = settings.Instances == 0 ? 0 : FreePort.Find(settings.Instances, PreferredPort);
        await Task.WhenAll(Enumerable.Range(1, settings.Instances).Select(StartOneAsync)).WaitAsync(cancellationToken);
    }

    /// <summary>Asks all to drain and waits for them.</summary>
    public async ValueTask DisposeAsync()
    {
        stopping = true;
        await Task.WhenAll(children.Select(child => child.StopAsync(Patience)));
        await Task.WhenAll(watches);
        foreach (var child in children)
            await child.DisposeAsync();
    }

    private async Task StartOneAsync(int number)
    {
        var ready = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        var id = string.Create(CultureInfo.InvariantCulture, $"instance-{number}");
        string[] arguments =
        [
            "client", "--server", servers, "--namespace", UpSettings.Namespace,
            "--id", id, "--clients", "1", "--duration", "0s",
            "--http", (FirstPort + number - 1).ToString(CultureInfo.InvariantCulture),
            "--journal", Path.Combine(settings.Folder, $"{id}.journal"),
            // When everything ends there is nobody left to take the shards: that must not take long to find out.
            "--drain-timeout", "1s",
        ];
        var child = ChildProcess.StartSupervised(id, arguments, Take, Take);
        lock (children)
        {
            children.Add(child);
            watches.Add(WatchAsync(child, ready));
        }
        await ready.Task;

        void Take(string line)
        {
            report($"{id} | {line}");
            if (line.Contains(DemoLog.Ready, StringComparison.Ordinal))
                ready.TrySetResult();
        }
    }

    private async Task WatchAsync(ChildProcess child, TaskCompletionSource ready)
    {
        var code = await child.Exited;
        if (!stopping)
            report($"{child.Name} has ended with {code}; its shards move to the others when its session has ended");
        ready.TrySetException(new CommandException(
            ExitCode.Failed, $"{child.Name} ended with {code} before it was ready. Its last lines:\n  {child.Tail}"));
    }
}
