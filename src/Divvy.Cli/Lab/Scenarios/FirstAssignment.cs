using Divvy.Cli.Journals;

namespace Divvy.Cli.Lab.Scenarios;

/// <summary>Many shards and many instances, all at once: how long until every shard is active.</summary>
internal sealed class FirstAssignment : IScenario
{
    private const double LongestMs = 3_000;

    public string Name => "first";

    public string Title => "first assignment: many shards, many instances in one process";

    public async Task RunAsync(ScenarioContext context, CancellationToken cancellationToken)
    {
        var (stage, report) = (context.Stage, context.Report);
        var started = LabStage.NowNs;
        await stage.StartInstancesAsync(context.Settings.ManyInstances, http: false, cancellationToken);
        var registered = LabStage.NowNs;
        await stage.WaitAsync(
            "every shard is active", () => stage.Board.Holders.Count == stage.Shards, cancellationToken);
        var first = stage.Entries
            .Where(entry => entry.Event == JournalEvent.Activated)
            .GroupBy(entry => entry.Shard)
            .Select(group => group.Min(entry => entry.UnixNs))
            .ToList();
        await stage.SettleAsync(cancellationToken);

        var disturbance = new Disturbance(Math.Min(registered, first.Min()), new Dictionary<string, string>());
        var allActive = disturbance.Since(first.Max());
        report.Mark(disturbance.Since(started), $"process with {context.Settings.ManyInstances} instances starts");
        report.Mark(disturbance.Since(registered), "all instances are registered");
        report.Mark(disturbance.Since(first.Min()), "first shard active");
        report.Mark(allActive, $"all {stage.Shards} active");
        report.Add(Bar.AtMost("all active after", allActive.TotalMilliseconds, LongestMs, "ms"));
        report.Add(Bar.IsTrue("shared out evenly (most minus least at most 1)", stage.IsBalanced));
        var again = disturbance.Changes(stage.Entries).Count - stage.Shards;
        report.Fact($"{again} shards moved again until all had their share");
        context.RequireNoOverlap(disturbance);
    }
}
