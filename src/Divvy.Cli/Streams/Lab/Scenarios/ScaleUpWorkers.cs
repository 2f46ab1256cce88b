using Divvy.Cli.Lab;
using Divvy.Cli.Measurement;
using Divvy.Cli.Streams.Leases;

namespace Divvy.Cli.Streams.Lab.Scenarios;

/// <summary>Phase 3 of the guide: two more workers; 6/6/6/6/6 by twelve handovers that nobody notices. Timed from the
/// line by which the second of them says that it takes part to the first look at which all leases are held evenly;
/// and, without a bar, from the start of their processes.</summary>
internal sealed class ScaleUpWorkers : IKclScenario
{
    private const int Moves = 12;

    /// <summary>What it takes when the two come one after the other: 7 to make four even, 6 to make five.</summary>
    private const int MovesOneByOne = 13;

    /// <summary>Workers that come so much apart are not seen together by the controller, which waits 0.2 s for more.
    /// </summary>
    private const double TogetherMs = 150;

    public string Name => "phase-3";

    public string Title => "two more workers join three";

    public async Task RunAsync(KclStage stage, ScenarioReport report, CancellationToken cancellationToken)
    {
        var unfinished = stage.Settings.Shards + stage.Settings.Splits;
        await stage.WaitUntilSettledAsync(unfinished, cancellationToken);
        var duplicates = stage.Audit.Duplicates;
        var before = stage.Mark("workers 4 and 5 start");
        var apart = await stage.StartWorkersAsync(
            InitialSetup.Workers + 1, InitialSetup.Workers + 2, cancellationToken);
        var began = stage.Mark("they take part");
        var look = await stage.WaitForBalanceAsync(unfinished, cancellationToken);
        report.Add(Bar.IsTrue($"6/6/6/6/6 (it is {look.Counts})", look.Counts == "6/6/6/6/6"));
        report.Add(Bar.AtMost("coefficient of variation", look.Leases.Variation, 5, "%"));
        var limit = stage.Settings.BalanceLimit.TotalSeconds;
        report.Add(Bar.AtMost("balanced after both take part", (look.AtMs - began) / 1000, limit, "s"));
        report.Fact($"balanced {(look.AtMs - before) / 1000:0.0} s after their processes were started");
        // The last of the new owners may still be about to begin.
        await stage.WaitUntilSettledAsync(unfinished, cancellationToken);
        var moves = stage.History.Moves(before).Count();
        var isFewest = moves == Moves || (moves == MovesOneByOne && apart > TogetherMs);
        report.Add(Bar.IsTrue(
            $"{Moves} leases moved, or {MovesOneByOne} if not seen together (it is {moves}; {apart:0} ms apart)",
            isFewest));
        var gaps = stage.History.HandoffGaps(before).Order().ToList();
        report.Fact($"handovers to processes that have just started: {Quantile.Describe(gaps)}");
        report.Add(Bar.None("records processed twice", stage.Audit.Duplicates - duplicates));
        foreach (var line in LeaseText.Analyze(look.Leases))
            report.Fact(line);
    }
}
