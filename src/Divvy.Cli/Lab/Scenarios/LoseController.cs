using Divvy.Cli.Processes;

namespace Divvy.Cli.Lab.Scenarios;

/// <summary>kill -9 of the leading server of three under load: no shard moves, no request fails, and another server
/// takes the controller's place.</summary>
internal sealed class LoseController : IScenario
{
    private static readonly TimeSpan Allowance = TimeSpan.FromSeconds(1);

    /// <summary>The killed server may have led the store too. Then the store elects a leader first, which gives every
    /// lease its whole time again and an election's length on top: up to two election timeouts and one.</summary>
    private static readonly TimeSpan StoreAllowance = TimeSpan.FromSeconds(3);

    public string Name => "controller";

    public string Title => "controller loss: kill -9 of the leading server of three";

    public async Task RunAsync(ScenarioContext context, CancellationToken cancellationToken)
    {
        var (stage, report) = (context.Stage, context.Report);
        var load = await LabLoad.StartAsync(
            stage, context.Processes, context.Settings.RequestsPerSecond, cancellationToken);
        var disturbance = stage.Disturb();
        var (leader, takenOverNs) = await KillLeaderAsync(stage, cancellationToken);
        var newLeader = await LabAdmin.LeaderOfAsync(stage, cancellationToken);
        var isNode = context.Settings.Nodes > 1 ? ", and its node of the store" : "";
        report.Mark(TimeSpan.Zero, $"kill -9 of {leader.Id}, which leads {stage.Name}{isNode}");
        report.Mark(disturbance.Since(takenOverNs), $"{newLeader} leads");
        await Task.Delay(context.Settings.SessionTtl, cancellationToken);
        var seen = await load.StopAsync(cancellationToken);

        var bar = context.Settings.ControllerTtl + Allowance
            + (context.Settings.Nodes > 1 ? StoreAllowance : TimeSpan.Zero);
        report.Add(Bar.AtMost(
            "a new controller after", disturbance.Since(takenOverNs).TotalMilliseconds, bar.TotalMilliseconds, "ms"));
        report.Add(Bar.None("shards moved", disturbance.Changes(stage.Entries).Count));
        report.Add(Bar.None("failed requests", seen.Failed));
        context.Describe(seen);
        context.RequireNoOverlap(disturbance);

        stage.Servers.Add(await context.Processes.RestartAsync(leader, cancellationToken));
        await stage.SettleAsync(cancellationToken);
    }

    /// <summary>Kills the server that leads the stage's namespace and waits until another leads. Returns the killed
    /// one
    /// and when the change was seen.</summary>
    public static async Task<(LabServer Killed, long TakenOverNs)> KillLeaderAsync(
        LabStage stage, CancellationToken cancellationToken)
    {
        var id = await LabAdmin.LeaderOfAsync(stage, cancellationToken);
        var leader = stage.Servers.Single(server => server.Id == id);
        stage.Servers.Remove(leader);
        leader.Process.Signal(UnixSignal.Kill);
        await leader.Process.Exited;
        return (leader, await LabAdmin.WaitForAnotherLeaderAsync(stage, leader.Id, cancellationToken));
    }
}
