using System.Text;
using Divvy.Cli.Output;
using Divvy.Cli.Streams.Consuming;

namespace Divvy.Cli.Streams.Lab;

/// <summary>Writes the report of a run: <c>report.md</c>, <c>report.json</c>, a picture of each stage.</summary>
internal static class KclReportFiles
{
    public static void Write(KclReport report)
    {
        CommandConsole.WriteJson(Path.Combine(report.Folder, "report.json"), report);
        File.WriteAllText(Path.Combine(report.Folder, "report.md"), Markdown(report));
    }

    public static void WritePicture(string folder, string stage, KclStage of)
    {
        var picture = HoldPicture.Draw([.. of.History.All], of.Marks, ConsumeJournal.NowMs);
        File.WriteAllText(Path.Combine(folder, $"{stage}.svg"), picture);
    }

    private static string Markdown(KclReport report)
    {
        var text = new StringBuilder();
        text.AppendLine($"# divvy lab kcl: {(report.Passed ? "PASS" : "FAIL")}, leases in {report.LeaseStore}");
        foreach (var scenario in report.Scenarios)
        {
            text.AppendLine().AppendLine($"## {scenario.Name}: {(scenario.Passed ? "PASS" : "FAIL")}").AppendLine();
            if (scenario.Bars.Count > 0)
                text.AppendLine("| bar | measured | at most | |").AppendLine("|---|---|---|---|");
            foreach (var bar in scenario.Bars)
            {
                var verdict = bar.Passed ? "pass" : "FAIL";
                text.AppendLine($"| {bar.Name} | {bar.Measured} {bar.Unit} | {bar.Limit} {bar.Unit} | {verdict} |");
            }
            if (scenario.Facts.Count > 0)
                text.AppendLine().AppendLine("```").AppendJoin('\n', scenario.Facts).AppendLine().AppendLine("```");
            if (scenario.Failure is not null)
                text.AppendLine().AppendLine($"Not carried out: {scenario.Failure}");
        }
        foreach (var picture in Directory.EnumerateFiles(report.Folder, "*.svg").Select(Path.GetFileName))
            text.AppendLine().AppendLine($"![Who processed which shard when]({picture})");
        return text.ToString();
    }
}
