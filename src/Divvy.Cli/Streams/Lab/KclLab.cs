using System.Globalization;
using Divvy.Cli.Lab;
using Divvy.Cli.Measurement;
using Divvy.Cli.Output;
using Divvy.Cli.Parsing;
using Divvy.Cli.Streams.Lab.Scenarios;
using Divvy.Cli.Streams.Production;
using Divvy.Streams.Hosting;
using Divvy.Streams.Kinesis;
using Microsoft.Extensions.Logging.Abstractions;

namespace Divvy.Cli.Streams.Lab;

/// <summary>The experiment of the guide as one asserting run: emulators, worker processes of this binary. Two
/// stages, each with a stream, an application and workers of its own: the guide's phases and what may befall a worker;
/// and many leases. Records flow through the first from phase 2 to its end, and are accounted for there.</summary>
internal sealed class KclLab(
    KclSettings settings, CommandConsole console, TextWriter progress, Action<ScenarioReport> finished)
{
    /// <summary>Shards an emulator may hold for each that a stream begins with.</summary>
    private const int ShardsInAll = 4;

    private readonly List<ScenarioReport> reports = [];

    private static IKclScenario[] OfTheGuide =>
    [
        new InitialSetup(), new SplitUnderLoad(), new ScaleUpWorkers(),
        new SteadyLeases(
            "cost", "what leases cost while records flow", settings => settings.Shards + settings.Splits),
        new LeaveInOrder(), new PauseWorker(), new KillWorker(),
    ];

    private static IKclScenario[] OfMany =>
    [
        new ManyLeases(), new SteadyLeases("many-cost", "what 500 quiet leases cost", settings => settings.ManyShards),
    ];

    /// <summary>Names of all scenarios, as <c>--only</c> takes them. Those of the guide build on each other.</summary>
    public static IReadOnlyList<string> Names =>
        [.. OfTheGuide.Concat(OfMany).Select(scenario => scenario.Name)];

    public async Task<KclReport> RunAsync(CancellationToken cancellationToken)
    {
        await using (var processes = new LabProcesses(Folder("servers")))
        {
            var server = settings.UsesTable ? null : await StartServerAsync(processes, cancellationToken);
            await RunStageAsync("guide", OfTheGuide, settings.Shards, [], server, cancellationToken);
            string[] quiet = ["--max-idle", new Duration(settings.ManyMaxIdle).ToString()];
            await RunStageAsync("many", OfMany, settings.ManyShards, quiet, server, cancellationToken);
        }
        var report = new KclReport(settings.LeaseStore, reports, settings.Folder);
        KclReportFiles.Write(report);
        return report;
    }

    private async Task RunStageAsync(
        string name,
        IKclScenario[] all,
        int shards,
        IReadOnlyList<string> workerArguments,
        string? server,
        CancellationToken cancellationToken)
    {
        var last = Array.FindLastIndex(all, scenario => IsWanted(scenario.Name));
        if (last < 0)
            return;
        await using var emulators = await LabEmulators.StartAsync(
            settings.UsesTable, shards * ShardsInAll, console, cancellationToken);
        var addresses = new LabAddresses(emulators.Kinesis, emulators.DynamoDb, server);
        using var kinesis = new KinesisClient(KinesisClientOptions.ForEmulator(addresses.Kinesis));
        var stream = $"{KclSettings.Stream}-{name}";
        await CreateAsync(kinesis, stream, shards, cancellationToken);
        await using var processes = new LabProcesses(Folder(name));
        var options = addresses.ToOptions(settings, stream);
        await using var leases = LeaseStores.Create(
            options, kinesis, TimeProvider.System, NullLoggerFactory.Instance);
        var stage = new KclStage(
            settings, stream, options.ApplicationName, processes, kinesis, leases, addresses, workerArguments);
        using var enough = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        Task<ProduceReport>? producing = null;
        string? failed = null;
        foreach (var scenario in all.Take(last + 1))
        {
            if (scenario is SplitUnderLoad)
                producing = stage.ProduceAsync(enough.Token);
            failed = await RunAsync(scenario, stage, failed, cancellationToken);
        }
        if (producing is not null)
        {
            await enough.CancelAsync();
            await AccountAsync(stage, await producing, cancellationToken);
        }
        KclReportFiles.WritePicture(settings.Folder, name, stage);
    }

    /// <summary>Runs a scenario, or says why it cannot be run. Returns why those behind it cannot; null: they can.
    /// </summary>
    private async Task<string?> RunAsync(
        IKclScenario scenario, KclStage stage, string? failed, CancellationToken cancellationToken)
    {
        var report = new ScenarioReport($"{scenario.Name}: {scenario.Title}") { Failure = failed };
        if (failed is null)
        {
            await progress.WriteLineAsync($"running {scenario.Name}: {scenario.Title}");
            await RunAsync(scenario, stage, report, cancellationToken);
        }
        reports.Add(report);
        finished(report);
        return failed ?? (report.Failure is null ? null : $"{scenario.Name} left the stage unsettled");
    }

    private static async Task RunAsync(
        IKclScenario scenario, KclStage stage, ScenarioReport report, CancellationToken cancellationToken)
    {
        var looks = stage.Looks.Count;
        try
        {
            await scenario.RunAsync(stage, report, cancellationToken);
            if (scenario is SplitUnderLoad or ScaleUpWorkers or LeaveInOrder)
                RequireOwners(stage.Watch(looks), report);
        }
        catch (CommandException failure)
        {
            report.Failure = failure.Message;
        }
    }

    /// <summary>A lease that had an owner has one at every look. A child's exists from its parent's end on and is taken
    /// at its owner's next reading: it may be seen without for as long as a child may take to begin.</summary>
    private static void RequireOwners(OwnershipWatch watch, ScenarioReport report)
    {
        report.Add(Bar.None("times a lease was seen that had lost its owner", watch.Abandoned));
        report.Add(Bar.AtMost("longest time a new lease was seen without owner", watch.LongestNewMs,
            SplitUnderLoad.ChildLimitMs, "ms"));
        report.Fact(string.Create(
            CultureInfo.InvariantCulture,
            $"{watch.Looks} looks; {watch.New} leases were seen before they had their first owner"));
    }

    /// <summary>What became of the records, over all scenarios of the stage.</summary>
    private async Task AccountAsync(KclStage stage, ProduceReport produced, CancellationToken cancellationToken)
    {
        var report = new ScenarioReport("records: what became of them");
        await stage.DrainAsync(produced, cancellationToken);
        report.Add(Bar.None("records lost", stage.Audit.Lost(produced.Run, produced.Records)));
        report.Add(Bar.None("records out of their key's order", stage.Audit.OrderBreaks));
        report.Fact(string.Create(
            CultureInfo.InvariantCulture,
            $"{produced.Records} records over {settings.Keys} keys at {produced.PerSecond:0} a second; "
                + $"{stage.Audit.Duplicates} came again after the kill and the pause"));
        var gaps = stage.History.HandoffGaps(0).ToList();
        report.Fact($"planned handovers of all scenarios: {gaps.Count}, {Quantile.Describe(gaps)}");
        reports.Add(report);
        finished(report);
    }

    private async Task<string> StartServerAsync(LabProcesses processes, CancellationToken cancellationToken)
    {
        var lab = new LabSettings { Folder = settings.Folder, SessionTtl = settings.LeaseDuration };
        return (await processes.StartServerAsync("server-1", lab, [], cancellationToken)).Address;
    }

    private static async Task CreateAsync(
        IKinesisClient kinesis, string stream, int shards, CancellationToken cancellationToken)
    {
        try
        {
            await kinesis.CreateStreamAsync(stream, shards, cancellationToken);
            while ((await kinesis.DescribeStreamAsync(stream, cancellationToken)).Status != StreamStatus.Active)
                await Task.Delay(TimeSpan.FromMilliseconds(50), cancellationToken);
        }
        catch (KinesisException failure)
        {
            throw new CommandException(ExitCode.Failed, failure.Message, failure);
        }
    }

    private string Folder(string name)
    {
        var folder = Path.Combine(settings.Folder, name);
        Directory.CreateDirectory(folder);
        return folder;
    }

    private bool IsWanted(string name) => settings.Only.Count == 0 || settings.Only.Contains(name);
}
