using Divvy.Cli.Benchmarking.Loads;

namespace Divvy.Cli.Benchmarking.Reports;

/// <summary>What a load measured, and the processor time this process spent on it.</summary>
internal sealed record BenchResult(string Name, LatencySummary Summary, TimeSpan ClientCpu);
