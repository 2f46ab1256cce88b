using Divvy.Simulation.Stores;

namespace Divvy.Simulation.Runs;

/// <summary>The workloads there are.</summary>
internal static class Workloads
{
    public static IWorkload Of(WorkloadKind kind) => kind switch
    {
        WorkloadKind.Store => new StoreWorkload(),
        _ => throw new NotSupportedException($"the workload {kind} is not built yet"),
    };
}
