using System.Globalization;

namespace Divvy.Cli.Benchmarking.Comparison;

/// <summary>The comparison as a table in Markdown.</summary>
internal static class ComparisonTable
{
    public static void Write(TextWriter writer, ComparisonReport report)
    {
        var (one, other) = (report.Baseline, report.Candidate);
        writer.WriteLine(
            $"| cell | {one} /s | {other} /s | ratio | p50 ms {one} / {other} | p99 ms {one} / {other} "
                + $"| server CPU us/op {one} / {other} | load CPU us/op | foreign cores |");
        writer.WriteLine("|---|---:|---:|---:|---:|---:|---:|---:|---:|");
        foreach (var cell in report.Cells)
            writer.WriteLine(Line(cell));
        writer.WriteLine();
        writer.WriteLine(
            $"Medians of {report.Repetitions}, the two in turns, on {report.Processors} processors that servers and "
                + "load share. Cell: workload / nodes / clients x connections.");
        foreach (var warning in report.Warnings)
            writer.WriteLine($"Warning: {warning}");
    }

    private static string Line(CellResult cell) => string.Create(
        CultureInfo.InvariantCulture,
        $"| {cell.Cell} | {Of(cell.Baseline, s => s.PerSecond):0} | {Of(cell.Candidate, s => s.PerSecond):0} "
            + $"| {cell.Ratio:0.00} | {Pair(cell, s => s.P50Ms, "0.00")} | {Pair(cell, s => s.P99Ms, "0.0")} "
            + $"| {Pair(cell, s => s.ServerCpuMicroseconds, "0.0")} "
            + $"| {Pair(cell, s => s.ClientCpuMicroseconds, "0.0")} | {Pair(cell, s => s.ForeignCores, "0.0")} |");

    private static string Pair(CellResult cell, Func<CellSample, double> value, string format) =>
        Of(cell.Baseline, value).ToString(format, CultureInfo.InvariantCulture) + " / "
            + Of(cell.Candidate, value).ToString(format, CultureInfo.InvariantCulture);

    private static double Of(IReadOnlyList<CellSample> samples, Func<CellSample, double> value) =>
        CellResult.Median(samples, value);
}
