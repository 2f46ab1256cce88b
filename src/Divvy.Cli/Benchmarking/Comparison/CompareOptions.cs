using System.CommandLine;
using Divvy.Cli.Parsing;

namespace Divvy.Cli.Benchmarking.Comparison;

/// <summary>The options of <c>divvy bench compare</c>.</summary>
internal sealed class CompareOptions
{
    /// <summary>What Debian's etcd 3.4 did alone on the machine the project was measured on.</summary>
    private const int StandardIdleRate = 18_000;

    private const int QuickRepetitions = 3;
    private const int QuickShorter = 5;
    private const int QuickWarmUp = 20_000;

    private readonly Option<string?> cells = new("--cells")
    {
        Description = "Only cells whose names begin with one of these: "
            + $"{string.Join(", ", ComparisonCell.All.Select(cell => cell.Name))}.",
        HelpName = "NAME[,NAME]",
    };

    private readonly Option<int> repetitions = TypedOption.Number(
        "--repetitions", 5, 1, 100, "Runs of each cell against each server.");

    private readonly Option<bool> quick = new("--quick")
    {
        Description = $"{QuickRepetitions} short runs of each cell: to see that it works, not to be quoted.",
    };

    private readonly Option<string?> folder = new("--folder")
    {
        Description = "Where the servers keep their data while it runs: a folder on the disk to be measured. "
            + "Default: the system's folder for temporary files.",
        HelpName = "DIR",
    };

    private readonly Option<string> etcd = new("--etcd")
    {
        Description = "The etcd to compare with.",
        HelpName = "PROGRAM",
        DefaultValueFactory = _ => "etcd",
    };

    private readonly Option<int> idleRate = TypedOption.Number(
        "--idle-rate", StandardIdleRate, 0, int.MaxValue,
        "Puts a second that etcd does at 100 clients and 10 connections on this machine when nothing else runs; "
            + "there is a warning when it was far from that.");

    private readonly Option<bool> calibrate = new("--calibrate")
    {
        Description = "Compare etcd with itself: how far the ratios are from 1 is what this machine cannot tell.",
    };

    public CompareOptions() => cells.Validators.Add(result =>
    {
        foreach (var name in Split(result.GetValueOrDefault<string?>()))
        {
            if (ComparisonCell.Matching([name]).Count == 0)
                result.AddError($"no cell begins with '{name}'; try --help.");
        }
    });

    /// <summary>Where every run is written to as well.</summary>
    public Option<string?> Json { get; } = new("--json")
    {
        Description = "Also write every run here.",
        HelpName = "FILE",
    };

    public IEnumerable<Option> All => [cells, repetitions, quick, Json, folder, etcd, idleRate, calibrate];

    public ComparisonSettings Read(ParseResult parsed)
    {
        var program = parsed.GetRequiredValue(etcd);
        string[] wanted = [.. Split(parsed.GetValue(cells))];
        var settings = new ComparisonSettings
        {
            Baseline = Contender.Etcd(program),
            Candidate = parsed.GetValue(calibrate) ? Contender.Etcd(program, "etcd again") : Contender.Divvy(),
            Cells = wanted.Length == 0 ? ComparisonCell.All : ComparisonCell.Matching(wanted),
            Repetitions = parsed.GetValue(repetitions),
            IdleRate = parsed.GetValue(idleRate),
            Folder = parsed.GetValue(folder) ?? Path.GetTempPath(),
        };
        if (!parsed.GetValue(quick))
            return settings;
        return settings with
        {
            Repetitions = QuickRepetitions,
            Shorter = QuickShorter,
            WarmUpPuts = QuickWarmUp,
        };
    }

    private static IEnumerable<string> Split(string? list) =>
        (list ?? "").Split(',', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries);
}
