using System.Globalization;
using Divvy.Cli.Lab;
using Divvy.Cli.Output;
using Divvy.Cli.Streams.Emulation;
using Divvy.Cli.Streams.Lab.Scenarios;
using Divvy.Cli.Streams.Production;
using Divvy.Streams.Hosting;
using Divvy.Streams.Kinesis;
using Microsoft.Extensions.Logging.Abstractions;

namespace Divvy.Cli.Streams.Lab;

/// <summary>The experiment of the guide as one asserting run: real emulators, worker processes of this binary. Two
/// stages, each with a stream, an application and workers of its own: the guide's phases and what may befall a worker;
/// and many leases. Records flow through the first from phase 2 to its end, and are accounted for there.</summary>
internal sealed class KclLab(
    KclSettings settings, CommandConsole console, TextWriter progress, Action<ScenarioReport> finished)
{
    private readonly List<ScenarioReport> reports = [];

    private static IKclScenario[] OfTheGuide =>
    [
        new InitialSetup(), new SplitUnderLoad(), new ScaleUpWorkers(), new LeaveInOrder(), new PauseWorker(),
        new KillWorker(),
    ];

    private static IKclScenario[] OfMany => [new ManyLeases()];

    /// <summary>Names of all scenarios, as <c>--only</c> takes them. Those of the guide build on each other.</summary>
    public static IReadOnlyList<string> Names =>
        [.. OfTheGuide.Concat(OfMany).Select(scenario => scenario.Name)];

    public async Task<KclReport> RunAsync(CancellationToken cancellationToken)
    {
        var (emulators, ports) = await EmulatorProcess.StartAsync(Emulators, console, cancellationToken);
        await using (emulators)
        {
            await using var processes = new LabProcesses(Folder("servers"));
            var addresses = await AddressesAsync(ports, processes, cancellationToken);
            using var kinesis = new KinesisClient(KinesisClientOptions.ForEmulator(addresses.Kinesis));
            await RunStageAsync("guide", OfTheGuide, settings.Shards, kinesis, addresses, cancellationToken);
            await RunStageAsync("many", OfMany, settings.ManyShards, kinesis, addresses, cancellationToken);
        }
        var report = new KclReport(settings.LeaseStore, reports, settings.Folder);
        KclReportFiles.Write(report);
        return report;
    }

    private async Task RunStageAsync(
        string name,
        IKclScenario[] all,
        int shards,
        IKinesisClient kinesis,
        LabAddresses addresses,
        CancellationToken cancellationToken)
    {
        var last = Array.FindLastIndex(all, scenario => IsWanted(scenario.Name));
        if (last < 0)
            return;
        var stream = $"{KclSettings.Stream}-{name}";
        await CreateAsync(kinesis, stream, shards, cancellationToken);
        await using var processes = new LabProcesses(Folder(name));
        var options = addresses.ToOptions(settings, stream);
        await using var leases = LeaseStores.Create(
            options, kinesis, TimeProvider.System, NullLoggerFactory.Instance);
        var stage = new KclStage(
            settings, stream, options.ApplicationName, processes, kinesis, leases, addresses.ToArguments(settings));
        using var enough = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        Task<ProduceReport>? producing = null;
        string? failed = null;
        foreach (var scenario in all.Take(last + 1))
        {
            if (scenario is SplitUnderLoad)
                producing = stage.ProduceAsync(enough.Token);
            failed ??= await RunAsync(scenario, stage, failed, cancellationToken);
        }
        if (producing is not null)
        {
            await enough.CancelAsync();
            await AccountAsync(stage, await producing, cancellationToken);
        }
        KclReportFiles.WritePicture(settings.Folder, name, stage);
    }

    private async Task<string?> RunAsync(
        IKclScenario scenario, KclStage stage, string? failed, CancellationToken cancellationToken)
    {
        await progress.WriteLineAsync($"running {scenario.Name}: {scenario.Title}");
        var report = new ScenarioReport($"{scenario.Name}: {scenario.Title}") { Failure = failed };
        var looks = stage.Looks.Count;
        try
        {
            await scenario.RunAsync(stage, report, cancellationToken);
            if (scenario is SplitUnderLoad or ScaleUpWorkers)
                RequireOwners([.. stage.Looks.Skip(looks)], report);
        }
        catch (CommandException failure)
        {
            report.Failure = failure.Message;
        }
        reports.Add(report);
        finished(report);
        return report.Failure is null ? null : $"{scenario.Name} left the stage unsettled";
    }

    /// <summary>A child's lease exists from its parent's end on and is taken at its owner's next reading: it may be
    /// seen without owner for as long as a child may take to begin. Nothing else may.</summary>
    private static void RequireOwners(IReadOnlyList<LeaseLook> looks, ScenarioReport report)
    {
        var since = new Dictionary<string, double>(StringComparer.Ordinal);
        var longest = 0.0;
        foreach (var look in looks)
        {
            var unowned = look.Leases.Unassigned.Select(lease => lease.Key).ToHashSet(StringComparer.Ordinal);
            foreach (var taken in since.Keys.Except(unowned).ToList())
                since.Remove(taken);
            foreach (var key in unowned)
            {
                since.TryAdd(key, look.AtMs);
                longest = Math.Max(longest, look.AtMs - since[key]);
            }
        }
        report.Add(Bar.AtMost(
            "longest time a lease was seen without owner", longest, SplitUnderLoad.ChildLimitMs, "ms"));
        var seen = looks.Count(look => look.Leases.Unassigned.Any());
        report.Fact(string.Create(
            CultureInfo.InvariantCulture, $"looks that saw a lease without owner: {seen} of {looks.Count}"));
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
        reports.Add(report);
        finished(report);
    }

    private async Task<LabAddresses> AddressesAsync(
        EmulatorPorts ports, LabProcesses processes, CancellationToken cancellationToken)
    {
        string? server = null;
        if (!settings.UsesTable)
        {
            var lab = new LabSettings { Folder = settings.Folder, SessionTtl = settings.LeaseDuration };
            server = (await processes.StartServerAsync("server-1", lab, [], cancellationToken)).Address;
        }
        return new(ports.KinesisAddress, ports.DynamoDbAddress, server);
    }

    private EmulatorSettings Emulators => new(
        0, 0, (settings.Shards * 4) + (settings.ManyShards * 2), EmulatorFiles.DefaultDirectory);

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
