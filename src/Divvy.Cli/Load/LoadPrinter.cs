using Divvy.Cli.Output;

namespace Divvy.Cli.Load;

/// <summary>Prints a load report for people.</summary>
internal static class LoadPrinter
{
    public static void Print(TextWriter writer, LoadReport report)
    {
        writer.WriteLine(
            $"{report.Sent} requests in {report.ElapsedSeconds:0.0} s ({report.RequestsPerSecond:0} a second): "
            + $"{report.Ok} ok, {report.Failed} failed");
        foreach (var (kind, count) in report.Failures)
            writer.WriteLine($"  failed, {kind}: {count}");
        writer.WriteLine($"latency: p50 {report.P50Ms:0.0} ms, p99 {report.P99Ms:0.0} ms, max {report.MaxMs:0.0} ms");
        Print(writer, "of all shards", report.Shards);
        Print(writer, "of moved shards", report.Moved);
        writer.WriteLine($"answers of a former owner: {report.StaleAnswers}");
        if (report.LongestGaps.Count == 0)
            return;
        writer.WriteLine();
        var table = new TextTable("SHARD", "LONGEST GAP MS", "MOVED");
        foreach (var gap in report.LongestGaps)
            table.Add(gap.Shard, gap.Milliseconds, gap.Moved ? "yes" : "no");
        table.WriteTo(writer);
    }

    private static void Print(TextWriter writer, string which, GapSummary gaps) =>
        writer.WriteLine($"longest gap {which}: {gaps}");
}
