using System.CommandLine;
using Divvy.Cli.Lab;
using Divvy.Cli.Output;
using Divvy.Cli.Parsing;
using Divvy.Cli.Processes;
using Divvy.Cli.Streams.Leases;

namespace Divvy.Cli.Streams.Lab;

/// <summary><c>divvy lab kcl</c>.</summary>
internal static class KclCommand
{
    /// <summary>The lease stores take no shorter one.</summary>
    private static readonly TimeSpan shortestLease = TimeSpan.FromSeconds(1);

    public static Command Create(CommandConsole console)
    {
        var standard = new KclSettings { LeaseStore = LeaseOptions.Table, Folder = "" };
        var store = new Option<string>("--lease-store")
        {
            Description =
                $"{LeaseOptions.Table}: the lease table on an emulator; {LeaseOptions.Distributor}: a server.",
            HelpName = $"{LeaseOptions.Table}|{LeaseOptions.Distributor}",
            DefaultValueFactory = _ => LeaseOptions.Table,
        };
        store.AcceptOnlyFromAmong(LeaseOptions.Table, LeaseOptions.Distributor);
        var rate = TypedOption.Number(
            "--rps", standard.RecordsPerSecond, 1, 100_000, "Records written a second from phase 2 on.");
        var lease = TypedOption.Duration(
            "--lease-duration", new Duration(standard.LeaseDuration), "After how long a silent worker's leases go.");
        lease.Validators.Add(result =>
        {
            if (result.GetValueOrDefault<Duration>() is var given && given.Value < shortestLease)
                result.AddError($"--lease-duration {given} is out of range: at least {new Duration(shortestLease)}.");
        });
        var only = new Option<string?>("--only")
        {
            Description = $"Up to and with these scenarios: {string.Join(", ", KclLab.Names)}.",
            HelpName = "NAME[,NAME]",
        };
        only.Validators.Add(result =>
        {
            foreach (var name in Split(result.GetValueOrDefault<string?>()).Except(KclLab.Names))
                result.AddError($"there is no scenario '{name}': {string.Join(", ", KclLab.Names)}.");
        });
        var report = new Option<string?>("--report")
        {
            Description = "Where report.md, report.json, pictures and logs go; a new folder in the temporary one, if "
                + "not said.",
            HelpName = "DIR",
        };
        var format = OutputOption.Create();
        var supervised = SupervisedOption.Create();
        var command = new Command(
            "kcl", "The Kinesis rebalancing experiment as one asserting run; exit code 1 if a bar is missed.")
        {
            store, rate, lease, only, report, format, supervised,
        };
        command.SetAction(async (parsed, cancellationToken) =>
        {
            var settings = standard with
            {
                LeaseStore = parsed.GetRequiredValue(store),
                RecordsPerSecond = parsed.GetValue(rate),
                LeaseDuration = parsed.GetValue(lease).Value,
                Only = Split(parsed.GetValue(only)),
                Folder = Path.GetFullPath(
                    parsed.GetValue(report) ?? Directory.CreateTempSubdirectory("divvy-kcl-").FullName),
            };
            using var stop = new StopSignal(parsed.GetValue(supervised), cancellationToken);
            return (int)await RunAsync(settings, console, parsed.GetValue(format), stop.Token);
        });
        return command;
    }

    private static async Task<ExitCode> RunAsync(
        KclSettings settings, CommandConsole console, OutputFormat format, CancellationToken stop)
    {
        var lab = new KclLab(settings, console, console.Error, Finished);
        KclReport report;
        try
        {
            Directory.CreateDirectory(settings.Folder);
            report = await lab.RunAsync(stop);
        }
        catch (OperationCanceledException) when (stop.IsCancellationRequested)
        {
            throw new CommandException(ExitCode.Failed, "the lab was stopped before its end");
        }
        if (format == OutputFormat.Json)
            console.WriteJson(report);
        else
        {
            var passed = report.Scenarios.Count(scenario => scenario.Passed);
            console.Output.WriteLine();
            console.Output.WriteLine(
                $"{(report.Passed ? "PASS" : "FAIL")}: {passed} of {report.Scenarios.Count} scenarios; leases in "
                + $"{report.LeaseStore}; report: {Path.Combine(report.Folder, "report.md")}");
        }
        return report.Passed ? ExitCode.Ok : ExitCode.Failed;

        void Finished(ScenarioReport scenario)
        {
            if (format == OutputFormat.Table)
                LabPrinter.Print(console.Output, scenario);
        }
    }

    private static string[] Split(string? names) =>
        names?.Split(',', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries) ?? [];
}
