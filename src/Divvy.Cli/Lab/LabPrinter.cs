namespace Divvy.Cli.Lab;

/// <summary>Prints a lab report for people.</summary>
internal static class LabPrinter
{
    /// <summary>What follows the scenarios.</summary>
    public static void PrintSummary(TextWriter writer, LabReport report)
    {
        var bars = report.Scenarios.SelectMany(scenario => scenario.Bars).ToList();
        var failed = report.Scenarios.Count(scenario => !scenario.Passed);
        writer.WriteLine();
        writer.WriteLine(
            $"{(report.Passed ? "PASS" : "FAIL")}: "
            + $"{report.Scenarios.Count - failed} of {report.Scenarios.Count} scenarios, "
            + $"{bars.Count(bar => bar.Passed)} of {bars.Count} bars; store: {report.Store}, seed {report.Seed}");
        if (report.Folder is not null)
            writer.WriteLine($"logs and journals: {report.Folder}");
    }

    public static void Print(TextWriter writer, ScenarioReport scenario)
    {
        writer.WriteLine();
        writer.WriteLine($"{(scenario.Passed ? "PASS" : "FAIL")}  {scenario.Name}");
        foreach (var bar in scenario.Bars)
            writer.WriteLine($"  {bar}");
        foreach (var fact in scenario.Facts)
            writer.WriteLine($"        {fact}");
        foreach (var line in TimelineText.Draw(scenario.Timeline))
            writer.WriteLine($"        {line}");
        if (scenario.Failure is not null)
            writer.WriteLine($"  FAIL  not carried out: {scenario.Failure}");
    }
}
