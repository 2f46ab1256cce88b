using Divvy.Cli.Journals;
using Divvy.Cli.Measurement;

namespace Divvy.Cli.Lab.Scenarios;

/// <summary>kill -9 of an instance whose shards have warm standbys: from the takeover in the store to the standby
/// serving it takes no preparation.</summary>
internal sealed class FastActivation : IScenario
{
    private const double LongestActivationMs = 100;

    public string Name => "fast";

    public string Title => "fast activation: kill -9 with one standby a shard";

    public async Task RunAsync(ScenarioContext context, CancellationToken cancellationToken)
    {
        var (stage, report) = (context.Stage, context.Report);
        using var admin = new LabAdmin(stage.Servers[0]);
        var since = LabStage.NowNs;
        await admin.SetStandbysAsync(stage.Name, 1, cancellationToken);
        await stage.WaitAsync(
            "every shard has a prepared standby", () => Prepared(stage, since) == stage.Shards, cancellationToken);
        await stage.SettleAsync(cancellationToken);

        var victim = stage.Instances[0];
        var disturbance = stage.Disturb();
        var had = disturbance.ShardsOf(victim.Id);
        report.Mark(TimeSpan.Zero, $"kill -9 of {victim.Id}, which holds {had.Count} shards");
        await stage.KillAsync(victim);
        await stage.WaitAsync(
            "every shard of the killed instance is active elsewhere",
            () => stage.Board.Holders.Count == stage.Shards,
            cancellationToken);

        var takeovers = await admin.TakeoversAsync(stage.Name, cancellationToken);
        var changes = disturbance.Changes(stage.Entries);
        var times = changes
            .Where(change => change.From == victim.Id && takeovers.ContainsKey(change.Shard))
            .Select(change => (change.ActivatedNs - takeovers[change.Shard]) / 1e6)
            .ToList();
        report.Add(Bar.AtMost(
            "activation itself, slowest shard",
            times.DefaultIfEmpty(double.MaxValue).Max(),
            LongestActivationMs,
            "ms"));
        report.Add(Bar.None("shards without a recorded takeover", had.Count - times.Count));
        report.Fact($"activation itself: {Quantile.Describe(times)}");
        context.DescribeChanges(disturbance, changes);

        await admin.SetStandbysAsync(stage.Name, 0, cancellationToken);
        await stage.StartInstancesAsync(1, http: true, cancellationToken);
        await stage.SettleAsync(cancellationToken);
        context.RequireNoOverlap(disturbance);
    }

    private static int Prepared(LabStage stage, long since) =>
        stage.Entries
            .Where(entry => entry.Event == JournalEvent.Prepared && entry.UnixNs >= since)
            .Select(entry => entry.Shard).Distinct().Count();
}
