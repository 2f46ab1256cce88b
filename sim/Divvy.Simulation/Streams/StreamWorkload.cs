using Divvy.Simulation.Faults;
using Divvy.Simulation.Runs;
using Divvy.Simulation.World;

namespace Divvy.Simulation.Streams;

/// <summary>
/// Workers share the shards of a stream by the lease table, while workers and shards come and go and faults strike the
/// workers and the table.
/// <para>Phases: faults; then everything heals, and within a bound every shard must be held, closed ones finished, and
/// workers differ by one lease at most; then a calm, in which nothing moves.</para>
/// </summary>
internal sealed class StreamWorkload : IWorkload
{
    public IReadOnlyList<FaultKind> FaultKinds =>
    [
        FaultKind.Crash, FaultKind.PowerCut, FaultKind.Pause, FaultKind.Drift, FaultKind.BadNetwork, FaultKind.Clog,
        FaultKind.Throttle,
    ];

    public async Task RunAsync(SimWorld world, SimulationOptions options, FaultPlan faults, RunReport report)
    {
        var settings = StreamSettings.Draw(world.Fork("settings"));
        world.Trace.Add(TraceKind.Phase, "run", $"faults: {settings}");
        var fleet = new StreamFleet(world, settings, report);
        var disorder = new StreamFaults(fleet, settings);
        FaultInjector.Arm(world, faults, disorder);
        var random = world.Fork("changes");
        var producing = ProduceAsync(world, fleet, options.Faulty);
        for (var at = random.Exponential(settings.ChangeEvery); at < options.Faulty;
            at += random.Exponential(settings.ChangeEvery))
            world.Schedule(at, fleet.Change);
        await world.Delay(options.Faulty).ConfigureAwait(false);
        await producing.ConfigureAwait(false);

        world.Trace.Add(TraceKind.Phase, "run", "heal");
        disorder.HealAll();
        await ConvergeAsync(world, fleet, settings, report).ConfigureAwait(false);
        // Handoffs that were asked for before the last change may still end.
        await world.Delay(settings.LeaseDuration + settings.Yielding).ConfigureAwait(false);
        world.Trace.Add(TraceKind.Phase, "run", "calm");
        var terms = report.Counters.GetValueOrDefault("terms");
        await world.Delay(settings.LeaseDuration * 2).ConfigureAwait(false);
        if (fleet.Missing() is { } missing)
            report.Violated("every shard is held", $"in the calm: {missing}");
        if (report.Counters.GetValueOrDefault("terms") is var after && after != terms)
            report.Violated("nothing moves in the calm", $"{after - terms} terms began");
    }

    private static async Task ProduceAsync(SimWorld world, StreamFleet fleet, TimeSpan length)
    {
        for (var end = world.Now + length; world.Now < end;)
        {
            fleet.Stream.Produce();
            await world.Delay(TimeSpan.FromSeconds(1)).ConfigureAwait(false);
        }
    }

    private static async Task ConvergeAsync(
        SimWorld world, StreamFleet fleet, StreamSettings settings, RunReport report)
    {
        var began = world.Now;
        var within = (settings.LeaseDuration * 6) + TimeSpan.FromSeconds(30);
        while (fleet.Missing() is { } missing)
        {
            if (world.Now - began > within)
            {
                report.Violated("every shard is held", $"{within.TotalSeconds:0} s after the faults: {missing}");
                return;
            }

            await world.Delay(settings.LeaseDuration / 10).ConfigureAwait(false);
        }

        report.Count("milliseconds until balanced", (long)(world.Now - began).TotalMilliseconds);
    }
}
