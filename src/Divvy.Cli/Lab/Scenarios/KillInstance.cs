namespace Divvy.Cli.Lab.Scenarios;

/// <summary>kill -9 of one instance: its shards are active elsewhere one second after its session's time to live.
/// </summary>
internal sealed class KillInstance : IScenario
{
    private static readonly TimeSpan Allowance = TimeSpan.FromSeconds(1);

    public string Name => "kill";

    public string Title => "ungraceful failure: kill -9 of one instance";

    public async Task RunAsync(ScenarioContext context, CancellationToken cancellationToken)
    {
        var (stage, report) = (context.Stage, context.Report);
        var victim = stage.Instances[0];
        var disturbance = stage.Disturb();
        var had = disturbance.ShardsOf(victim.Id);
        report.Mark(TimeSpan.Zero, $"kill -9 of {victim.Id}, which holds {had.Count} shards");

        await stage.KillAsync(victim);
        await stage.WaitAsync(
            "every shard of the killed instance is active elsewhere",
            () => stage.Board.Holders.Count == stage.Shards,
            cancellationToken);
        await stage.SettleAsync(cancellationToken);

        var changes = disturbance.Changes(stage.Entries);
        var bar = context.Settings.SessionTtl + Allowance;
        report.Add(Bar.AtMost(
            "all active elsewhere after",
            disturbance.Since(changes[^1].ActivatedNs).TotalMilliseconds,
            bar.TotalMilliseconds,
            "ms"));
        report.Add(Bar.AtMost("moves", changes.Count, had.Count));
        context.RequireNoOverlap(disturbance);
        context.DescribeChanges(disturbance, changes);

        await stage.StartInstancesAsync(1, http: true, cancellationToken);
        await stage.SettleAsync(cancellationToken);
    }
}
