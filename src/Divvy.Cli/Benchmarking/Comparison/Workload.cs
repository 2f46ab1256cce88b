namespace Divvy.Cli.Benchmarking.Comparison;

/// <summary>What a cell of the comparison does to the servers.</summary>
internal enum Workload
{
    Put,
    RangeLinearizable,
    RangeSerializable,
    WatchFanOut,
}
