using Divvy.Cli.Lab;
using Divvy.Cli.Measurement;

namespace Divvy.Cli.Streams.Lab.Scenarios;

/// <summary>A worker is told to stop: it hands its leases over to workers that have done this before. What is measured
/// is how long a handover takes, not how long a new process takes to compile the code of its first one.</summary>
internal sealed class LeaveInOrder : IKclScenario
{
    private const double GapLimitMs = 250;

    public string Name => "leave";

    public string Title => "a worker leaves in good order and comes back";

    public async Task RunAsync(KclStage stage, ScenarioReport report, CancellationToken cancellationToken)
    {
        var unfinished = stage.Settings.Shards + stage.Settings.Splits;
        await stage.WaitUntilSettledAsync(unfinished, cancellationToken);
        var duplicates = stage.Audit.Duplicates;
        var before = stage.Mark("a worker is told to stop");
        await stage.StopAsync(stage.Workers[^1]);
        await stage.WaitUntilSettledAsync(unfinished, cancellationToken);
        var gaps = stage.History.HandoffGaps(before).Order().ToList();
        report.Add(Bar.AtMost("longest handover", gaps.Count == 0 ? double.NaN : gaps[^1], GapLimitMs, "ms"));
        report.Fact($"handovers: {gaps.Count}, {Quantile.Describe(gaps)}");
        report.Add(Bar.None("records processed twice", stage.Audit.Duplicates - duplicates));
        await stage.StartWorkerAsync(InitialSetup.Workers + 3, [], cancellationToken);
        await stage.WaitUntilSettledAsync(unfinished, cancellationToken);
    }
}
