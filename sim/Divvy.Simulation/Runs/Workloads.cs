using Divvy.Simulation.Distribution;
using Divvy.Simulation.Stores;
using Divvy.Simulation.Streams;

namespace Divvy.Simulation.Runs;

/// <summary>The workloads there are.</summary>
internal static class Workloads
{
    public static IWorkload Of(WorkloadKind kind) => kind switch
    {
        WorkloadKind.Store => new StoreWorkload(),
        WorkloadKind.Distributor => new DistributionWorkload(),
        WorkloadKind.Streams => new StreamWorkload(),
        _ => throw new ArgumentOutOfRangeException(nameof(kind), kind, "there is no such workload"),
    };
}
