using Divvy.Cli.Journals;
using Divvy.Cli.Processes;

namespace Divvy.Cli.Lab.Scenarios;

/// <summary>SIGSTOP of one instance for twice its session's time to live, then SIGCONT: it finds out by itself that
/// it
/// owns nothing any more, and nobody ever sees two owners.</summary>
internal sealed class PauseInstance : IScenario
{
    private const int RequestsPerSecond = 200;

    public string Name => "pause";

    public string Title => "a paused process: SIGSTOP for twice the TTL, then SIGCONT";

    public async Task RunAsync(ScenarioContext context, CancellationToken cancellationToken)
    {
        var (stage, report) = (context.Stage, context.Report);
        var load = await LabLoad.StartAsync(stage, context.Processes, RequestsPerSecond, cancellationToken);
        var paused = stage.Instances[0];
        var disturbance = stage.Disturb();
        var had = disturbance.ShardsOf(paused.Id);
        report.Mark(TimeSpan.Zero, $"SIGSTOP of {paused.Id}, which holds {had.Count} shards");

        paused.Process.Signal(UnixSignal.Stop);
        await Task.Delay(2 * context.Settings.SessionTtl, cancellationToken);
        paused.Process.Signal(UnixSignal.Continue);
        var continued = LabStage.NowNs;
        report.Mark(disturbance.Since(continued), "SIGCONT");
        await stage.WaitAsync(
            "the paused instance has dropped every shard it held", () => Lost().Count == had.Count, cancellationToken);
        var lost = Lost();
        await stage.SettleAsync(cancellationToken);
        var seen = await load.StopAsync(cancellationToken);

        report.Mark(disturbance.Since(lost.Max(entry => entry.AliveAt)), $"{paused.Id} has dropped all of them");
        report.Add(Bar.None("shards it did not drop by itself", had.Count - lost.Count));
        report.Add(Bar.AtMost(
            "its own deadline after the pause began",
            disturbance.Since(lost.Max(entry => entry.UnixNs)).TotalMilliseconds,
            context.Settings.SessionTtl.TotalMilliseconds,
            "ms"));
        report.Add(Bar.None("answers of a former owner", seen.StaleAnswers));
        context.RequireNoOverlap(disturbance);
        context.Describe(seen);
        var changes = disturbance.Changes(stage.Entries).Where(change => change.From == paused.Id);
        context.DescribeChanges(disturbance, [.. changes]);

        List<JournalEntry> Lost() =>
        [
            .. stage.Entries
                .Where(entry => entry.Instance == paused.Id && entry.Event == JournalEvent.LeaseLost
                    && entry.AliveAt >= disturbance.StartNs)
                .DistinctBy(entry => entry.Shard),
        ];
    }
}
