using Divvy.Histories.KeyValue;
using Divvy.Histories.Linearizability;
using Divvy.Simulation.Faults;
using Divvy.Simulation.Runs;
using Divvy.Simulation.World;

namespace Divvy.Simulation.Stores;

/// <summary>
/// A store of one, three or five members under clients that write, read, watch, hold leases and look after it, while
/// members crash, networks part and disks fail. Then everything heals, and it has to work again: there is a leader,
/// every client's writes succeed, all members hold the same, watches have seen everything. At the end the whole history
/// is judged.
/// </summary>
internal sealed class StoreWorkload : IWorkload
{
    /// <summary>What elections, and a leader's generosity after them, may add to a lease's time once all has
    /// healed.</summary>
    private static readonly TimeSpan LeasesEndWithin = TimeSpan.FromSeconds(10);

    public IReadOnlyList<FaultKind> FaultKinds => StoreFaults.Kinds;

    public IReadOnlyList<FaultKind> AimedKinds => StoreFaults.AimedKinds;

    public IReadOnlyList<FaultKind> FurtherKinds { get; } = [FaultKind.LongReign];

    public async Task RunAsync(SimWorld world, SimulationOptions options, FaultPlan faults, RunReport report)
    {
        var run = new StoreRun(world, options, report);
        world.Trace.Add(TraceKind.Phase, "run", run.Shape.ToString());
        run.Cluster.StartAll();
        var log = new LogWatcher(run);
        var keeper = new StoreOperator(run, log);
        List<StoreClient> clients = [.. Enumerable.Range(1, options.Clients).Select(one => new StoreClient(run, one))];
        List<StoreWatcher> watchers = [.. Enumerable.Range(1, 2).Select(number => new StoreWatcher(run, number))];
        var listener = new WireWatcher(run, 1);
        var reader = new MemberReader(run);
        List<LeaseOwner> owners =
            [.. Enumerable.Range(1, run.Shape.Owners).Select(number => new LeaseOwner(run, number))];
        using var watching = new CancellationTokenSource();
        Task[] work = [keeper.RunAsync(), reader.RunAsync(), .. clients.Select(client => client.RunAsync())];
        Task[] watches =
        [
            log.RunAsync(watching.Token),
            listener.RunAsync(watching.Token),
            .. watchers.Select(watcher => watcher.RunAsync(watching.Token)),
        ];
        FaultInjector.Arm(
            world,
            faults,
            new StoreFaults(run.Cluster, [.. clients.Select(client => client.Process), log.Process], owners, keeper));
        await world.Delay(options.Faulty).ConfigureAwait(false);

        world.Trace.Add(TraceKind.Phase, "run", "heals");
        run.IsHealed = true;
        run.Leases.ObserveHealed(world.Now);
        run.Cluster.HealAll();
        var liveness = new StoreLiveness(run, keeper, log);
        await liveness.RequireServiceAsync(clients).ConfigureAwait(false);
        run.IsOver = true;
        await liveness.RequireEndAsync([.. work, .. owners.Select(owner => owner.Running)]).ConfigureAwait(false);
        await liveness.RequireAgreementAsync().ConfigureAwait(false);
        await liveness.RequireLeaderStaysAsync().ConfigureAwait(false);
        await watching.CancelAsync().ConfigureAwait(false);
        await liveness.RequireEndAsync(watches).ConfigureAwait(false);

        world.Trace.Add(TraceKind.Phase, "run", "is judged");
        Judge(run);
        report.Count("leaders", run.Cluster.Raft.Leaders);
        report.Count("entries applied", (long)run.Cluster.Raft.HighestApplied.Value);
        report.Count("packets", run.Network.Packets);
    }

    private static void Judge(StoreRun run)
    {
        var history = run.History;
        IEnumerable<Histories.Violation> violations =
        [
            .. history.Log.Verdict(run.World.Now),
            .. history.PastReads.Verdict(history.Log),
            .. run.Watches.Verdict(history.Log),
            .. run.Leases.Verdict(history.Log, LeasesEndWithin),
        ];
        foreach (var violation in violations)
            run.Report.Violated(violation.Checker, violation.Message);
        var verdict = KeyValueChecker.Check(history.Calls.Operations, history.Log);
        run.World.Trace.Add(TraceKind.Phase, "run", $"{verdict.Outcome}, {verdict.Checked.Count} operations");
        if (verdict.Outcome != CheckOutcome.Linearizable)
            run.Report.Violated("linearizability", verdict.Failure ?? $"{verdict.Outcome}");
    }
}
