namespace Divvy.Cli.Lab.Scenarios;

/// <summary>Two instances join under load: no request fails, and no shard moves that did not have to.</summary>
internal sealed class ScaleUp : IScenario
{
    private const double LongestGapMs = 50;
    private const int Added = 2;

    public string Name => "scale";

    public string Title => "scale-up: two instances join under load";

    public async Task RunAsync(ScenarioContext context, CancellationToken cancellationToken)
    {
        var (stage, report) = (context.Stage, context.Report);
        var load = await LabLoad.StartAsync(
            stage, context.Processes, context.Settings.RequestsPerSecond, cancellationToken);
        var disturbance = stage.Disturb();
        report.Mark(TimeSpan.Zero, $"{Added} instances start beside {stage.Instances.Count}");

        var joined = await stage.StartInstancesAsync(Added, http: true, cancellationToken);
        report.Mark(disturbance.Since(LabStage.NowNs), "both have joined");
        await stage.SettleAsync(cancellationToken);
        var seen = await load.StopAsync(cancellationToken);

        var changes = disturbance.Changes(stage.Entries);
        var minimum = MoveMinimum.Count(disturbance.Counts, [.. stage.InstanceIds]);
        report.Add(Bar.AtMost("moves", changes.Count, minimum));
        report.Add(Bar.IsTrue("shared out evenly (most minus least at most 1)", stage.IsBalanced));
        context.RequireNoFailure(seen, LongestGapMs);
        context.RequireNoOverlap(disturbance);
        context.DescribeChanges(disturbance, changes);

        await stage.DrainAsync(joined);
        await stage.SettleAsync(cancellationToken);
    }
}
