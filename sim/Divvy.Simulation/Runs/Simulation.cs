using System.Diagnostics;
using Divvy.Simulation.Faults;
using Divvy.Simulation.World;

namespace Divvy.Simulation.Runs;

/// <summary>Runs one seed.</summary>
internal static class Simulation
{
    public static RunResult Run(SimulationOptions options, IWorkload workload, bool keepTrace)
    {
        var began = Stopwatch.GetTimestamp();
        var used = Environment.CpuUsage.TotalTime;
        var plan = FaultPlan.Draw(
            new SimRandom(SimRandom.SeedOf(options.Seed, "faults")),
            workload.FaultKinds,
            options.Faulty,
            options.FaultEvery,
            options.FaultLasts,
            workload.AimedKinds)
            .Aimed(new SimRandom(SimRandom.SeedOf(options.Seed, "aims")), workload.Aims)
            .And(new SimRandom(SimRandom.SeedOf(options.Seed, "further")), workload.FurtherKinds, options.Faulty);
        if (options.KeepFaults is { } numbers)
            plan = plan.Only(numbers);
        RunReport? report = null;
        var world = SimWorld.Run(options.Seed, keepTrace, world =>
        {
            report = new RunReport(world);
            return RunAsync(world, report);
        });
        return new RunResult(
            options,
            plan.Faults.Length,
            world.Trace.Hash,
            world.Now,
            Stopwatch.GetElapsedTime(began),
            Environment.CpuUsage.TotalTime - used,
            report!.Violations,
            report.Counters,
            world.Trace.Lines);

        async Task RunAsync(SimWorld world, RunReport report)
        {
            try
            {
                await workload.RunAsync(world, options, plan, report).ConfigureAwait(false);
            }
            catch (Exception failure) when (failure is not OutOfMemoryException)
            {
                report.Failed(failure);
            }
        }
    }
}
