using Divvy.Cli.Admin;
using Divvy.Cli.Output;
using Divvy.Cli.Processes;
using Divvy.Cli.Serving;
using Divvy.Coordination.Admin;
using Divvy.Coordination.Layout;
using Microsoft.Extensions.Logging;
using Spectre.Console;
using Spectre.Console.Rendering;

namespace Divvy.Cli.Up;

/// <summary>One run of <c>divvy up</c>: a server in this process, instances in others, and something to look at: a
/// table
/// on a terminal, log lines elsewhere.</summary>
internal sealed class UpRun(UpSettings settings, CommandConsole console)
{
    /// <summary>What scripts wait for.</summary>
    public const string ReadyPhrase = "Everything is up";

    /// <summary>Where the instances' lines go while a table is shown.</summary>
    public const string InstancesLog = "instances.log";

    private static readonly TimeSpan Refresh = TimeSpan.FromMilliseconds(500);

    public async Task RunAsync(StopSignal stop)
    {
        try
        {
            await using var server = await ServerHost.StartAsync(ServerSettings(), stop.Token);
            await using var log = new StreamWriter(Path.Combine(settings.Folder, InstancesLog)) { AutoFlush = true };
            var lines = TextWriter.Synchronized(console.IsInteractive ? log : console.Output);
            await using var instances = new UpInstances(settings, lines.WriteLine);
            await instances.StartAsync(stop.Token);
            var hints = Hints(instances.FirstPort);
            if (console.IsInteractive)
                await ShowAsync(hints, stop);
            else
                await PrintAsync(lines, hints, stop);
        }
        catch (OperationCanceledException) when (stop.Token.IsCancellationRequested)
        {
            // Told to stop before it was up: that is a good end as well.
        }
    }

    private static async Task PrintAsync(TextWriter lines, IReadOnlyList<string> hints, StopSignal stop)
    {
        await lines.WriteLineAsync($"{ReadyPhrase}. Where to look:");
        foreach (var hint in hints)
            await lines.WriteLineAsync($"  {hint}");
        await stop.WaitAsync();
        await lines.WriteLineAsync("Stopping: the instances drain, then the server ends.");
    }

    private async Task ShowAsync(IReadOnlyList<string> hints, StopSignal stop)
    {
        using var client = new AdminClient(new Uri($"http://{settings.Http}"));
        await AnsiConsole.Live(new Text("starting")).StartAsync(async live =>
        {
            while (!stop.Token.IsCancellationRequested)
            {
                live.UpdateTarget(await LookAsync(client, hints));
                await Task.Delay(Refresh, stop.Token).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            }
        });
        await console.Output.WriteLineAsync("Stopping: the instances drain, then the server ends.");
    }

    /// <summary>What there is to see now; what cannot be seen (the namespace was deleted, the server is busy) is said
    /// in
    /// its place, and looked for again.</summary>
    private static async Task<IRenderable> LookAsync(AdminClient client, IReadOnlyList<string> hints)
    {
        const string Path = $"namespaces/{UpSettings.Namespace}";
        try
        {
            var space = await client.GetAsync<NamespaceView>(Path, CancellationToken.None);
            var instances = await client.GetAsync<IReadOnlyList<InstanceView>>(
                $"{Path}/instances", CancellationToken.None);
            var events = await client.GetAsync<EventPage>(
                $"{Path}/events?limit={UpView.Events}", CancellationToken.None);
            return UpView.Render(space, instances, events.Events, hints);
        }
        catch (CommandException failure)
        {
            return new Text(failure.Message);
        }
    }

    private List<string> Hints(int firstPort)
    {
        List<string> hints =
        [
            $"etcdctl --endpoints {settings.Etcd?.ToString() ?? settings.Listen.ToString()} get --prefix /shards",
            $"curl http://{settings.Http}/api/v1/namespaces/{UpSettings.Namespace}/instances",
            $"./divvy shards list --server {settings.Http}",
            $"journals and logs: {settings.Folder}",
        ];
        if (firstPort > 0)
            hints.Insert(2, $"curl -i http://127.0.0.1:{firstPort}/echo/alice   (421 names the owner if it is another)");
        return hints;
    }

    private ServerSettings ServerSettings() => new()
    {
        Listen = settings.Listen,
        Http = settings.Http,
        Etcd = settings.Etcd,
        SessionTtl = TimeSpan.FromSeconds(10),
        ControllerTtl = TimeSpan.FromSeconds(5),
        Namespace = UpSettings.Namespace,
        NamespaceConfig = new NamespaceConfig { Shards = settings.Shards },
        LogLevel = console.IsInteractive ? LogLevel.Critical : LogLevel.Information,
    };
}
