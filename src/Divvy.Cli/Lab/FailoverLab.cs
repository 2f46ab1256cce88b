using System.Globalization;
using Divvy.Cli.Lab.Scenarios;
using Divvy.Cli.Output;
using Divvy.Cli.Processes;
using Divvy.Client.Etcd;

namespace Divvy.Cli.Lab;

/// <summary>Runs the scenarios on three stages: many shards on one server; the usual number on one server; the same
/// on
/// three servers that share a store. Each stage has processes and a key prefix of its own and ends before the next.
/// </summary>
internal sealed class FailoverLab(LabSettings settings, TextWriter progress, Action<ScenarioReport> finished)
{
    private const string StartEtcd = "start";

    private readonly List<ScenarioReport> reports = [];
    private readonly string prefix = string.Create(CultureInfo.InvariantCulture, $"/divvy-lab-{Environment.ProcessId}");

    private static IScenario[] OfManyShards => [new FirstAssignment()];

    private static IScenario[] OfOneServer =>
        [new GracefulShutdown(), new ScaleUp(), new KillInstance(), new FastActivation(), new PauseInstance()];

    private static IScenario[] OfThreeServers => [new LoseController(), new RandomRounds()];

    /// <summary>Names of all scenarios, as <c>--only</c> takes them.</summary>
    public static IReadOnlyList<string> Names =>
        [.. OfManyShards.Concat(OfOneServer).Concat(OfThreeServers).Select(scenario => scenario.Name)];

    public async Task<LabReport> RunAsync(bool keep, CancellationToken cancellationToken)
    {
        await using var processes = new LabProcesses(settings.Folder);
        var etcd = settings.Etcd == StartEtcd
            ? await OwnEtcd.StartAsync(processes, cancellationToken)
            : settings.Etcd;
        try
        {
            await RunStageAsync("many", OfManyShards, etcd, 1, cancellationToken);
            await RunStageAsync("one", OfOneServer, etcd, 1, cancellationToken);
            await RunStageAsync("three", OfThreeServers, etcd, 3, cancellationToken);
        }
        finally
        {
            if (settings.Etcd is not null and not StartEtcd && !keep)
                await CleanAsync(settings.Etcd);
        }
        var store = settings.Nodes switch
        {
            _ when settings.Etcd is not null => $"etcd at {etcd}",
            0 => "embedded, in memory",
            1 => "embedded, one durable node",
            _ => $"embedded, {settings.Nodes} durable nodes",
        };
        return new LabReport(store, settings.Seed, reports, keep ? settings.Folder : null);
    }

    private async Task RunStageAsync(
        string name, IScenario[] all, string? etcd, int servers, CancellationToken cancellationToken)
    {
        var scenarios = all.Where(IsWanted).ToList();
        if (scenarios.Count == 0)
            return;
        var folder = Path.Combine(settings.Folder, name);
        Directory.CreateDirectory(folder);
        await using var processes = new LabProcesses(folder);
        var hasMany = scenarios[0] is FirstAssignment;
        var stage = new LabStage(settings, processes, name, hasMany ? settings.ManyShards : settings.Shards);
        string? failed = null;
        try
        {
            await progress.WriteLineAsync($"starting stage {name}");
            await StartServersAsync(stage, processes, etcd, servers, cancellationToken);
            if (!hasMany)
                await SetAsync(stage, cancellationToken);
        }
        catch (CommandException failure)
        {
            failed = $"the stage could not be set: {failure.Message}";
        }
        foreach (var scenario in scenarios)
        {
            await progress.WriteLineAsync($"running {scenario.Name}: {scenario.Title}");
            var report = new ScenarioReport($"{scenario.Name}: {scenario.Title}") { Failure = failed };
            if (failed is null)
                await RunAsync(scenario, new ScenarioContext(stage, processes, report), cancellationToken);
            if (report.Failure is not null)
                failed ??= $"{scenario.Name} left the stage unsettled";
            reports.Add(report);
            finished(report);
        }
    }

    /// <summary>Starts the instances and rehearses once: one more joins and leaves, so that every process has given
    /// shards
    /// away and taken some. What is measured later is how long a move takes, not how long its code takes to compile.
    /// </summary>
    private async Task SetAsync(LabStage stage, CancellationToken cancellationToken)
    {
        for (var instance = 0; instance < settings.Instances; instance++)
            await stage.StartInstancesAsync(1, http: true, cancellationToken);
        await stage.SettleAsync(cancellationToken);
        var extra = await stage.StartInstancesAsync(1, http: true, cancellationToken);
        await stage.SettleAsync(cancellationToken);
        await stage.DrainAsync(extra);
        await stage.SettleAsync(cancellationToken);
    }

    private static async Task RunAsync(IScenario scenario, ScenarioContext context, CancellationToken cancellationToken)
    {
        try
        {
            await scenario.RunAsync(context, cancellationToken);
        }
        catch (CommandException failure)
        {
            context.Report.Failure = failure.Message;
        }
    }

    private async Task StartServersAsync(
        LabStage stage, LabProcesses processes, string? etcd, int count, CancellationToken cancellationToken)
    {
        List<string> arguments =
        [
            "--namespace", stage.Name, "--shards", stage.Shards.ToString(CultureInfo.InvariantCulture),
            "--prefix", $"{prefix}-{stage.Name}",
        ];
        if (etcd is null && settings.Nodes > 1)
        {
            await StartNodesAsync(stage, processes, arguments, cancellationToken);
            return;
        }

        string[] folder = settings.Nodes == 1 ? ["--data-dir", Path.Combine(processes.Folder, "data")] : [];
        if (count > 1 && etcd is null)
        {
            // The process that holds the store cannot be killed, so it holds nothing else that matters here.
            etcd = (await processes.StartServerAsync("store", settings, folder, cancellationToken)).Address;
            folder = [];
        }
        arguments.AddRange(etcd is null ? folder : ["--etcd", etcd]);
        for (var number = 1; number <= count; number++)
        {
            var id = string.Create(CultureInfo.InvariantCulture, $"server-{number}");
            stage.Servers.Add(await processes.StartServerAsync(id, settings, arguments, cancellationToken));
        }
    }

    /// <summary>Starts servers that are members of one store. They start together: none is ready before most of them
    /// are there.</summary>
    private async Task StartNodesAsync(
        LabStage stage, LabProcesses processes, IReadOnlyList<string> arguments, CancellationToken cancellationToken)
    {
        var nodes = NodePlan.Create(processes.Folder, "server-", settings.Nodes);
        var starting = nodes.Select(node => processes.StartServerAsync(
            node.Name, settings, [.. arguments, .. node.Arguments], cancellationToken)).ToList();
        stage.Servers.AddRange(await Task.WhenAll(starting));
    }

    private async Task CleanAsync(string endpoints)
    {
        var uris = endpoints.Split(',').Select(part => new Uri(part.Contains("://", StringComparison.Ordinal) ? part : $"http://{part}"));
        await using var client = new EtcdClient(new EtcdClientOptions { Endpoints = [.. uris] });
        try
        {
            await client.DeleteAsync(EtcdRange.Prefix(prefix));
        }
        catch (EtcdException failure)
        {
            await progress.WriteLineAsync($"could not remove the keys under {prefix}: {failure.Message}");
        }
    }

    private bool IsWanted(IScenario scenario) =>
        (settings.Only.Count == 0 || settings.Only.Contains(scenario.Name))
        && (scenario is not RandomRounds || settings.Rounds > 0);
}
