namespace Divvy.Cli.Benchmarking.Reports;

/// <summary>What <c>-o json</c> prints.</summary>
internal sealed record BenchDocument(string Benchmark, IReadOnlyList<BenchReport> Reports);
