using System.CommandLine;
using Divvy.Cli.Output;
using Divvy.Cli.Parsing;
using Divvy.Cli.Processes;

namespace Divvy.Cli.Benchmarking.Comparison;

/// <summary><c>divvy bench compare</c>.</summary>
internal static class CompareCommand
{
    /// <summary>What Debian's etcd 3.4 did alone on the machine the project was measured on.</summary>
    private const int StandardIdleRate = 18_000;

    private const int QuickRepetitions = 3;
    private const int QuickShorter = 5;
    private const int QuickWarmUp = 20_000;

    public static Command Create(CommandConsole console, BenchOptions others)
    {
        var cells = new Option<string?>("--cells")
        {
            Description = "Only cells whose names begin with one of these: "
                + $"{string.Join(", ", ComparisonCell.All.Select(cell => cell.Name))}.",
            HelpName = "NAME[,NAME]",
        };
        cells.Validators.Add(result =>
        {
            foreach (var name in Split(result.GetValueOrDefault<string?>()))
            {
                if (ComparisonCell.Matching([name]).Count == 0)
                    result.AddError($"no cell begins with '{name}'; try --help.");
            }
        });
        var repetitions = TypedOption.Number("--repetitions", 5, 1, 100, "Runs of each cell against each server.");
        var quick = new Option<bool>("--quick")
        {
            Description = $"{QuickRepetitions} short runs of each cell: to see that it works, not to be quoted.",
        };
        var json = new Option<string?>("--json") { Description = "Also write every run here.", HelpName = "FILE" };
        var folder = new Option<string?>("--folder")
        {
            Description = "Where the servers keep their data while it runs: a folder on the disk to be measured. "
                + "Default: the system's folder for temporary files.",
            HelpName = "DIR",
        };
        var etcd = new Option<string>("--etcd")
        {
            Description = "The etcd to compare with.",
            HelpName = "PROGRAM",
            DefaultValueFactory = _ => "etcd",
        };
        var idleRate = TypedOption.Number(
            "--idle-rate", StandardIdleRate, 0, int.MaxValue,
            "Puts a second that etcd does at 100 clients and 10 connections on this machine when nothing else runs; "
                + "warns when it was far from that.");
        var calibrate = new Option<bool>("--calibrate")
        {
            Description = "Compare etcd with itself: how far the ratios are from 1 is what this machine cannot tell.",
        };
        var command = new Command(
            "compare", "Measure the embedded store against etcd: both started here, in turns, as a table.")
        {
            cells, repetitions, quick, json, folder, etcd, idleRate, calibrate,
        };
        command.SetAction((parsed, cancellationToken) =>
        {
            if (others.Given(parsed).FirstOrDefault() is { } stray)
            {
                throw new CommandException(
                    ExitCode.Usage, $"{stray} is not for compare, which starts its own servers and loads.");
            }

            var baseline = Contender.Etcd(parsed.GetRequiredValue(etcd));
            string[] wanted = [.. Split(parsed.GetValue(cells))];
            var settings = new ComparisonSettings
            {
                Baseline = baseline,
                Candidate = parsed.GetValue(calibrate)
                    ? Contender.Etcd(parsed.GetRequiredValue(etcd), "etcd again")
                    : Contender.Divvy(),
                Cells = wanted.Length == 0 ? ComparisonCell.All : ComparisonCell.Matching(wanted),
                Repetitions = parsed.GetValue(repetitions),
                IdleRate = parsed.GetValue(idleRate),
                Folder = parsed.GetValue(folder) ?? Path.GetTempPath(),
            };
            if (parsed.GetValue(quick))
            {
                settings = settings with
                {
                    Repetitions = QuickRepetitions,
                    Shorter = QuickShorter,
                    WarmUpPuts = QuickWarmUp,
                };
            }

            return RunAsync(console, settings, parsed.GetValue(json), cancellationToken);
        });
        return command;
    }

    private static IEnumerable<string> Split(string? list) =>
        (list ?? "").Split(',', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries);

    private static async Task<int> RunAsync(
        CommandConsole console, ComparisonSettings settings, string? file, CancellationToken cancellationToken)
    {
        if (!OperatingSystem.IsLinux())
        {
            throw new CommandException(
                ExitCode.Usage, "compare reads the servers' processor time from /proc: it needs Linux.");
        }

        using var stop = new StopSignal(isSupervised: false, cancellationToken);
        var folder = Path.Combine(settings.Folder, $"divvy-compare-{Environment.ProcessId}");
        Directory.CreateDirectory(folder);
        try
        {
            var run = new ComparisonRun(settings with { Folder = folder }, console.Error.WriteLine);
            var report = await run.RunAsync(stop.Token);
            if (file is not null)
                CommandConsole.WriteJson(file, report);
            ComparisonTable.Write(console.Output, report);
            return (int)ExitCode.Ok;
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }
}
