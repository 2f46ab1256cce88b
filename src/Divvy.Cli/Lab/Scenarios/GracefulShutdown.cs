namespace Divvy.Cli.Lab.Scenarios;

/// <summary>SIGTERM to one instance under load: it drains. No request fails and it is over soon.</summary>
internal sealed class GracefulShutdown : IScenario
{
    private const double LongestGapMs = 50;
    private const double LongestDrainMs = 2_000;

    public string Name => "drain";

    public string Title => "graceful shutdown: one instance drains under load";

    public async Task RunAsync(ScenarioContext context, CancellationToken cancellationToken)
    {
        var (stage, report) = (context.Stage, context.Report);
        var load = await LabLoad.StartAsync(
            stage, context.Processes, context.Settings.RequestsPerSecond, cancellationToken);
        var leaving = stage.Instances[0];
        var disturbance = stage.Disturb();
        var had = disturbance.ShardsOf(leaving.Id);
        report.Mark(TimeSpan.Zero, $"SIGTERM to {leaving.Id}, which holds {had.Count} shards");

        var code = await stage.DrainAsync(leaving);
        report.Mark(disturbance.Since(LabStage.NowNs), $"{leaving.Id} has ended with {code}");
        await stage.SettleAsync(cancellationToken);
        var seen = await load.StopAsync(cancellationToken);

        var changes = disturbance.Changes(stage.Entries);
        report.Add(Bar.IsTrue("the process ended with 0", code == 0));
        report.Add(Bar.AtMost(
            "all active elsewhere after",
            disturbance.Since(changes[^1].ActivatedNs).TotalMilliseconds,
            LongestDrainMs,
            "ms"));
        report.Add(Bar.AtMost("moves", changes.Count, had.Count));
        context.RequireNoFailure(seen, LongestGapMs);
        context.RequireNoOverlap(disturbance);
        context.DescribeChanges(disturbance, changes);

        await stage.StartInstancesAsync(1, http: true, cancellationToken);
        await stage.SettleAsync(cancellationToken);
    }
}
