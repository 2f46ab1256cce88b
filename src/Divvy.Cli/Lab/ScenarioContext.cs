using Divvy.Cli.Load;
using Divvy.Cli.Measurement;

namespace Divvy.Cli.Lab;

/// <summary>What a scenario works with.</summary>
internal sealed record ScenarioContext(LabStage Stage, LabProcesses Processes, ScenarioReport Report)
{
    public LabSettings Settings => Stage.Settings;

    /// <summary>Adds the bar that belongs to every scenario: nobody overlapped since it began.</summary>
    public void RequireNoOverlap(Disturbance disturbance)
    {
        var audit = Stage.Audit();
        var overlaps = audit.Overlaps.Where(overlap => overlap.To >= disturbance.StartNs).ToList();
        Report.Add(Bar.None("overlaps", overlaps.Count));
        Report.Add(Bar.None("generations that did not grow", audit.GenerationFaults.Count));
        foreach (var overlap in overlaps.Take(3))
        {
            Report.Fact(
                $"overlap on {overlap.First.Shard}: {overlap.First.Instance} and {overlap.Second.Instance} "
                + $"for {(overlap.To - overlap.From) / 1e6:0.0} ms");
        }
    }

    /// <summary>Adds the bars of a planned move under load: nothing failed, nobody waited long.</summary>
    public void RequireNoFailure(LoadReport load, double longestGapMs)
    {
        Report.Add(Bar.None("failed requests", load.Failed));
        Report.Add(Bar.AtMost("longest gap of a moved shard, p99", load.Moved.P99Ms, longestGapMs, "ms"));
        Report.Add(Bar.None("answers of a former owner", load.StaleAnswers));
        Describe(load);
    }

    public void Describe(LoadReport load)
    {
        Report.Fact(
            $"load: {load.Sent} sent at {load.RequestsPerSecond:0} a second, {load.Failed} failed, "
            + $"latency p50 {load.P50Ms:0.0} ms, p99 {load.P99Ms:0.0} ms, max {load.MaxMs:0.0} ms");
        Report.Fact($"longest gaps: moved {load.Moved}; all {load.Shards}");
        foreach (var (kind, count) in load.Failures)
            Report.Fact($"failed, {kind}: {count}");
    }

    /// <summary>Adds how long nobody held the shards that changed, and marks the changes on the timeline.</summary>
    public void DescribeChanges(Disturbance disturbance, IReadOnlyList<OwnershipChange> changes)
    {
        var gaps = Stage.Audit().Gaps.Where(gap => gap.Start >= disturbance.StartNs)
            .Select(gap => gap.Nanoseconds / 1e6).ToList();
        Report.Fact($"revoke to activate: {gaps.Count} times, {Quantile.Describe(gaps)}");
        if (changes.Count == 0)
            return;
        Mark(0, "first shard active elsewhere");
        Mark(changes.Count / 2, "half of them");
        Mark(changes.Count - 1, $"all {changes.Count}");

        void Mark(int index, string what) => Report.Mark(disturbance.Since(changes[index].ActivatedNs), what);
    }
}
