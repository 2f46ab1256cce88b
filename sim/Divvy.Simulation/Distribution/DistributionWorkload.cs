using Divvy.Simulation.Faults;
using Divvy.Simulation.Runs;
using Divvy.Simulation.World;

namespace Divvy.Simulation.Distribution;

/// <summary>
/// The distributor's life: servers, instances and callers over a store, while operators deploy, scale, drain and move.
/// <para>Phases: everything starts, and must come to work; faults strike; everything heals, and must come to work
/// again; then a calm, in which operators go on and no request may fail.</para>
/// </summary>
internal sealed class DistributionWorkload : IWorkload
{
    private static readonly TimeSpan startWithin = TimeSpan.FromSeconds(60);
    private static readonly TimeSpan look = TimeSpan.FromMilliseconds(250);

    public IReadOnlyList<FaultKind> FaultKinds =>
    [
        FaultKind.Crash, FaultKind.PowerCut, FaultKind.Pause, FaultKind.Isolate, FaultKind.Split, FaultKind.OneWay,
        FaultKind.Cut, FaultKind.BadNetwork, FaultKind.Clog, FaultKind.Drift, FaultKind.SlowDisk, FaultKind.SyncFails,
        FaultKind.CrashInDisk, FaultKind.Deaf, FaultKind.Behind, FaultKind.Severed, FaultKind.Tear, FaultKind.Quit,
        FaultKind.Oversleep,
    ];

    public IReadOnlyList<FaultKind> AimedKinds { get; } =
    [
        FaultKind.LateGoodbye, FaultKind.StaleServer, FaultKind.GoneAgain, FaultKind.Severed, FaultKind.OldController,
    ];

    public IReadOnlyList<FaultKind> FurtherKinds { get; } = [FaultKind.StaleServer, FaultKind.OldController];

    public AimChoice Aims { get; } = new(
        Enum.GetValues<Moment>(),
        [
            FaultKind.Crash, FaultKind.Crash, FaultKind.Pause, FaultKind.Pause, FaultKind.Isolate, FaultKind.OneWay,
            FaultKind.Cut, FaultKind.Clog, FaultKind.Deaf, FaultKind.Behind, FaultKind.Tear, FaultKind.Quit,
            FaultKind.Oversleep,
        ],
        Enum.GetValues<Part>());

    public async Task RunAsync(SimWorld world, SimulationOptions options, FaultPlan faults, RunReport report)
    {
        var settings = DistributionSettings.Draw(world.Fork("settings"), options.Shards);
        Enter(world, $"start: {settings}");
        var cluster = new DistributionCluster(world, options, settings, report);
        await ConvergeAsync(world, cluster, report, "after the start", startWithin).ConfigureAwait(false);

        Enter(world, "faults");
        var operators = new Operators(world, cluster, report);
        var disorder = new DistributionFaults(cluster);
        cluster.Weather.IsStormy = true;
        FaultInjector.Arm(world, faults, disorder);
        var operating = operators.RunAsync(world.Now + options.Faulty, mayFail: true);
        await world.Delay(options.Faulty).ConfigureAwait(false);

        Enter(world, "heal");
        await disorder.HealAllAsync().ConfigureAwait(false);
        cluster.Weather.IsStormy = false;
        cluster.Store.HealAll();
        await operating.ConfigureAwait(false);
        await operators.TakeBackAllAsync().ConfigureAwait(false);
        // A session that the faults kept from renewing may still end of it: it is renewed or over after this.
        await world.Delay(settings.SessionTtl).ConfigureAwait(false);
        await ConvergeAsync(world, cluster, report, "after the faults", options.HealWithin).ConfigureAwait(false);

        Enter(world, "calm");
        await operators.RunAsync(world.Now + (options.Faulty / 2), mayFail: false).ConfigureAwait(false);
        await operators.TakeBackAllAsync().ConfigureAwait(false);
        await ConvergeAsync(world, cluster, report, "after the calm", options.HealWithin).ConfigureAwait(false);
        await StopCallersAsync(world, cluster, report).ConfigureAwait(false);
        cluster.Owners.Close();
    }

    private static void Enter(SimWorld world, string phase) => world.Trace.Add(TraceKind.Phase, "run", phase);

    private static async Task ConvergeAsync(
        SimWorld world, DistributionCluster cluster, RunReport report, string when, TimeSpan within)
    {
        var began = world.Now;
        while (Convergence.Missing(cluster) is { } missing)
        {
            if (world.Now - began > within)
            {
                report.Violated("everything works again", $"{within.TotalSeconds:0} s {when}: {missing}");
                return;
            }

            await world.Delay(look).ConfigureAwait(false);
        }

        cluster.Weather.Recovered();
        report.Count($"seconds until it worked {when}", (long)(world.Now - began).TotalSeconds);
    }

    private static async Task StopCallersAsync(SimWorld world, DistributionCluster cluster, RunReport report)
    {
        foreach (var caller in cluster.Callers)
            caller.Stop();
        var all = Task.WhenAll(cluster.Callers.Select(caller => caller.Working));
        if (await Task.WhenAny(all, world.Delay(startWithin)).ConfigureAwait(false) != all)
            report.Violated("no request fails", "a request was neither answered nor given up at its deadline");
        else
            await all.ConfigureAwait(false);
    }
}
