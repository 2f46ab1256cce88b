using Divvy.Telemetry.Prometheus;

namespace Divvy.Store.Metrics;

/// <summary>What happens to proposals, read barriers and leadership. Indexes and roles are read, not recorded.
/// </summary>
public sealed class RaftMetrics
{
    private readonly Counter pending = new(
        "etcd_server_proposals_pending",
        "The current number of pending proposals to commit.",
        MetricKind.Gauge);
    private readonly Counter failed = new(
        "etcd_server_proposals_failed_total", "The total number of failed proposals seen.");
    private readonly Counter leaderChanges = new(
        "etcd_server_leader_changes_seen_total", "The number of leader changes seen.");
    private readonly Counter heartbeatFailures = new(
        "etcd_server_heartbeat_send_failures_total",
        "The total number of leader heartbeat send failures (likely overloaded from slow disk).");
    private readonly Counter readIndexesFailed = new(
        "etcd_server_read_indexes_failed_total", "The total number of failed read indexes seen.");
    private readonly Counter slowReadIndexes = new(
        "etcd_server_slow_read_indexes_total",
        "The total number of pending read indexes not in sync with leader's or timed out read index requests.");
    private readonly Counter slowApplies = new(
        "etcd_server_slow_apply_total",
        "The total number of slow apply requests (likely overloaded from slow disk).");
    private readonly Counter promotions = new(
        "etcd_server_learner_promote_successes",
        "The total number of successful learner promotions while this member is leader.");

    /// <summary>A caller proposed a command and waits for it to be applied.</summary>
    public void ProposalStarted() => pending.Add();

    /// <summary>A proposal was answered, or given up.</summary>
    /// <param name="succeeded">Whether it was applied; a refusal by the state machine is an application too.</param>
    public void ProposalEnded(bool succeeded)
    {
        pending.Add(-1);
        if (!succeeded)
            failed.Add();
    }

    /// <summary>The member learned of another leader than the last one.</summary>
    public void LeaderChanged() => leaderChanges.Add();

    /// <summary>The leader was late with a heartbeat.</summary>
    public void HeartbeatLate() => heartbeatFailures.Add();

    /// <summary>A linearizable read found no leader, or not in time.</summary>
    public void ReadIndexFailed() => readIndexesFailed.Add();

    /// <summary>A linearizable read waited longer than one try.</summary>
    public void ReadIndexSlow() => slowReadIndexes.Add();

    /// <summary>A command took longer than 100 ms to apply.</summary>
    public void ApplySlow() => slowApplies.Add();

    public void LearnerPromoted() => promotions.Add();

    internal void Write(ExpositionWriter writer)
    {
        foreach (var metric in new[]
        {
            pending, failed, leaderChanges, heartbeatFailures, readIndexesFailed, slowReadIndexes, slowApplies,
            promotions,
        })
            metric.Write(writer);
    }
}
