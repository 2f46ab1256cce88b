using System.Globalization;
using Divvy.Simulation.Runs;

namespace Divvy.Simulation.Shrinking;

/// <summary>The command that repeats a run.</summary>
internal static class ShrinkText
{
    public static string CommandOf(SimulationOptions options)
    {
        var culture = CultureInfo.InvariantCulture;
        var faults = options.KeepFaults is not { } kept ? null
            : kept.Count == 0 ? "none"
            : string.Join(',', kept.Order());
        var text = string.Create(
            culture,
            $"divvy-sim run --seed {options.Seed} --workload {options.Workload.ToString().ToLowerInvariant()}"
            + $" --seconds {options.Faulty.TotalSeconds} --clients {options.Clients} --members {options.Members}");
        if (options.Workload == WorkloadKind.Distributor)
            text += string.Create(culture, $" --servers {options.Servers} --instances {options.Instances} --shards {options.Shards}");
        return faults is null ? text : $"{text} --faults {faults}";
    }
}
