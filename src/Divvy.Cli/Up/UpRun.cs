using Divvy.Cli.Admin;
using Divvy.Cli.Output;
using Divvy.Cli.Processes;
using Divvy.Coordination.Admin;
using Microsoft.Extensions.Logging;
using Spectre.Console;
using Spectre.Console.Rendering;

namespace Divvy.Cli.Up;

/// <summary>One run of <c>divvy up</c>: servers, instances, and something to look at: a table on a terminal, log
/// lines elsewhere.</summary>
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
            await using var log = new StreamWriter(Path.Combine(settings.Folder, InstancesLog)) { AutoFlush = true };
            var lines = TextWriter.Synchronized(console.IsInteractive ? log : console.Output);
            var logLevel = console.IsInteractive ? LogLevel.Critical : LogLevel.Information;
            await using var servers = await UpServers.StartAsync(settings, logLevel, lines.WriteLine, stop.Token);
            await using var instances = new UpInstances(settings, servers.Addresses, lines.WriteLine);
            await instances.StartAsync(stop.Token);
            var hints = Hints(servers, instances.FirstPort);
            if (console.IsInteractive)
                await ShowAsync(servers, hints, stop);
            else
                await PrintAsync(servers, lines, hints, stop);
            servers.ThrowIfFailed();
        }
        catch (OperationCanceledException) when (stop.Token.IsCancellationRequested)
        {
            // Told to stop before it was up: that is a good end as well.
        }
    }

    private static async Task PrintAsync(
        UpServers servers, TextWriter lines, IReadOnlyList<string> hints, StopSignal stop)
    {
        await lines.WriteLineAsync($"{ReadyPhrase}. Where to look:");
        foreach (var hint in hints)
            await lines.WriteLineAsync($"  {hint}");
        await Task.WhenAny(stop.WaitAsync(), servers.Failed);
        await lines.WriteLineAsync("Stopping: the instances drain, then the server ends.");
    }

    private async Task ShowAsync(UpServers servers, IReadOnlyList<string> hints, StopSignal stop)
    {
        using var client = new AdminClient(servers.Admin);
        await using var store = settings.Nodes > 1 ? new StoreWatch(servers) : null;
        await AnsiConsole.Live(new Text("starting")).StartAsync(async live =>
        {
            while (!stop.Token.IsCancellationRequested && !servers.Failed.IsCompleted)
            {
                live.UpdateTarget(await LookAsync(client, store, hints));
                await Task.Delay(Refresh, stop.Token).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            }
        });
        await console.Output.WriteLineAsync("Stopping: the instances drain, then the server ends.");
    }

    /// <summary>What there is to see now; what cannot be seen (the namespace was deleted, the server is busy) is said
    /// in
    /// its place, and looked for again.</summary>
    private static async Task<IRenderable> LookAsync(
        AdminClient client, StoreWatch? store, IReadOnlyList<string> hints)
    {
        const string Path = $"namespaces/{UpSettings.Namespace}";
        try
        {
            var space = await client.GetAsync<NamespaceView>(Path, CancellationToken.None);
            var instances = await client.GetAsync<IReadOnlyList<InstanceView>>(
                $"{Path}/instances", CancellationToken.None);
            var events = await client.GetAsync<EventPage>(
                $"{Path}/events?limit={UpView.Events}", CancellationToken.None);
            var members = store is null ? [] : await store.LookAsync();
            return UpView.Render(space, members, instances, events.Events, hints);
        }
        catch (CommandException failure)
        {
            return new Text(failure.Message);
        }
    }

    private List<string> Hints(UpServers servers, int firstPort)
    {
        var endpoints = settings.Etcd?.ToString() ?? string.Join(',', servers.Listen);
        List<string> hints =
        [
            $"etcdctl --endpoints {endpoints} get --prefix /shards",
            $"curl http://{settings.Http}/api/v1/namespaces/{UpSettings.Namespace}/instances",
            $"./divvy shards list --server {settings.Http}",
            $"journals and logs: {settings.Folder}",
        ];
        if (firstPort > 0)
            hints.Insert(2, $"curl -i http://127.0.0.1:{firstPort}/echo/alice   (421 names the owner if it is another)");
        if (settings.Nodes > 1)
            hints.Insert(1, $"./divvy store status --endpoints {endpoints}");
        return hints;
    }
}
