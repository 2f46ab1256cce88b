using System.Globalization;
using Divvy.Cli.Output;
using Divvy.Cli.Parsing;
using Divvy.Cli.Processes;
using Divvy.Cli.Serving;
using Divvy.Coordination.Layout;
using Microsoft.Extensions.Logging;

namespace Divvy.Cli.Up;

/// <summary>The servers of <c>divvy up</c>: one in this process, or several child processes whose embedded stores are
/// members of one cluster. A child that ends, or is killed, is reported and not replaced: that the others go on is what
/// a demonstration is for.</summary>
internal sealed class UpServers : IAsyncDisposable
{
    private const string StoreFolder = "store";
    private const int PortsOfNode = 2;

    private static readonly TimeSpan sessionTtl = TimeSpan.FromSeconds(10);
    private static readonly TimeSpan controllerTtl = TimeSpan.FromSeconds(5);
    private static readonly TimeSpan startTimeout = TimeSpan.FromSeconds(60);
    private static readonly TimeSpan patience = TimeSpan.FromSeconds(20);

    private readonly Action<string> report;
    private readonly List<ChildProcess> children = [];
    private readonly List<Task> watches = [];
    private ServerHost? host;
    private volatile bool stopping;

    private UpServers(Action<string> report) => this.report = report;

    /// <summary>Where instances, routers and etcd clients connect.</summary>
    public IReadOnlyList<ListenAddress> Listen { get; private set; } = [];

    /// <summary>Where the admin APIs are.</summary>
    public IReadOnlyList<Uri> Admin { get; private set; } = [];

    /// <summary>The addresses as <c>--server</c> takes them.</summary>
    public string Addresses => string.Join(',', Listen.Select(address => $"http://{address}"));

    /// <summary>Ends with the reason when the server in this process cannot go on.</summary>
    public Task Failed => host?.Failed ?? new TaskCompletionSource().Task;

    /// <summary>Starts them and waits until all serve.
    /// <exception cref="CommandException">One of them could not; says why.</exception></summary>
    public static async Task<UpServers> StartAsync(
        UpSettings settings, LogLevel logLevel, Action<string> report, CancellationToken cancellationToken)
    {
        var servers = new UpServers(report);
        try
        {
            if (settings.Nodes == 1)
                await servers.StartHereAsync(settings, logLevel, cancellationToken);
            else
                await servers.StartNodesAsync(settings, cancellationToken);
            return servers;
        }
        catch
        {
            await servers.DisposeAsync();
            throw;
        }
    }

    /// <exception cref="CommandException">The server in this process cannot go on.</exception>
    public void ThrowIfFailed() => host?.ThrowIfFailed();

    public async ValueTask DisposeAsync()
    {
        stopping = true;
        if (host is not null)
            await host.DisposeAsync();
        await Task.WhenAll(children.Select(child => child.StopAsync(patience)));
        await Task.WhenAll(watches);
        foreach (var child in children)
            await child.DisposeAsync();
    }

    private async Task StartHereAsync(UpSettings settings, LogLevel logLevel, CancellationToken cancellationToken)
    {
        host = await ServerHost.StartAsync(
            new ServerSettings
            {
                Listen = settings.Listen,
                Http = settings.Http,
                Etcd = settings.Etcd,
                Store = new StoreSettings
                {
                    DataDirectory = settings.KeepsState ? Path.Combine(settings.Folder, StoreFolder) : null,
                },
                SessionTtl = sessionTtl,
                ControllerTtl = controllerTtl,
                Namespace = UpSettings.Namespace,
                NamespaceConfig = new NamespaceConfig { Shards = settings.Shards },
                LogLevel = logLevel,
            },
            cancellationToken);
        Listen = [settings.Listen];
        Admin = [new Uri($"http://{settings.Http}")];
    }

    private async Task StartNodesAsync(UpSettings settings, CancellationToken cancellationToken)
    {
        var nodes = NodePlan.Create(Path.Combine(settings.Folder, StoreFolder), "node-", settings.Nodes);
        var first = FreePort.Find(PortsOfNode * settings.Nodes);
        var ready = new List<Task>();
        for (var i = 0; i < nodes.Count; i++)
        {
            // The first one is where people look; the others only have to be somewhere.
            var listen = i == 0 ? settings.Listen : ListenAddress.Loopback(first + (PortsOfNode * i));
            var http = i == 0 ? settings.Http : ListenAddress.Loopback(first + (PortsOfNode * i) + 1);
            Listen = [.. Listen, listen];
            Admin = [.. Admin, new Uri($"http://{http}")];
            ready.Add(StartNode(nodes[i], listen, http, settings.Shards));
        }

        try
        {
            await Task.WhenAll(ready).WaitAsync(startTimeout, cancellationToken);
        }
        catch (TimeoutException)
        {
            throw new CommandException(
                ExitCode.Failed,
                $"the servers were not ready after {startTimeout.TotalSeconds:0} s; see {settings.Folder}");
        }
    }

    private Task StartNode(NodePlan node, ListenAddress listen, ListenAddress http, int shards)
    {
        var ready = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        string[] arguments =
        [
            "server", "--id", node.Name, "--listen", listen.ToString(), "--http", http.ToString(),
            "--namespace", UpSettings.Namespace, "--shards", shards.ToString(CultureInfo.InvariantCulture),
            "--session-ttl", new Duration(sessionTtl).ToString(),
            "--controller-ttl", new Duration(controllerTtl).ToString(), .. node.Arguments,
        ];
        var child = ChildProcess.StartSupervised(node.Name, arguments, Take, Take);
        children.Add(child);
        watches.Add(WatchAsync(child, ready));
        return ready.Task;

        void Take(string line)
        {
            report($"{node.Name} | {line}");
            if (line.Contains(ServerLog.ReadyPhrase, StringComparison.Ordinal))
                ready.TrySetResult();
        }
    }

    private async Task WatchAsync(ChildProcess child, TaskCompletionSource ready)
    {
        var code = await child.Exited;
        if (!stopping)
            report($"{child.Name} has ended with {code}; the others go on as long as most of them are there");
        ready.TrySetException(new CommandException(
            ExitCode.Failed, $"{child.Name} ended with {code} before it was ready. Its last lines:\n  {child.Tail}"));
        _ = ready.Task.Exception;
    }
}
