namespace Divvy.Cli.Benchmarking.Comparison;

/// <summary>One run of a cell against one contender.</summary>
/// <param name="PerSecond">Operations (for the watch cell: events) a second.</param>
/// <param name="P50Ms">Median latency.</param>
/// <param name="P99Ms">99th percentile.</param>
/// <param name="ServerCpuMicroseconds">Processor time of all members, an operation.</param>
/// <param name="ClientCpuMicroseconds">Processor time of the load, an operation.</param>
/// <param name="ForeignCores">Cores that were busy with something else.</param>
/// <param name="Failed">Operations that failed.</param>
internal sealed record CellSample(
    double PerSecond,
    double P50Ms,
    double P99Ms,
    double ServerCpuMicroseconds,
    double ClientCpuMicroseconds,
    double ForeignCores,
    long Failed);
