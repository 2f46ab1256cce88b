namespace Divvy.Cli.Benchmarking.Comparison;

/// <summary>A whole comparison, as it is written to a file.</summary>
internal sealed record ComparisonReport(
    string Baseline,
    string Candidate,
    DateTimeOffset At,
    int Processors,
    int Repetitions,
    IReadOnlyList<CellResult> Cells,
    IReadOnlyList<string> Warnings);
