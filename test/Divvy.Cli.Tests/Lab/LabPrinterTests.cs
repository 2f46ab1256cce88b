using Divvy.Cli.Lab;

namespace Divvy.Cli.Tests.Lab;

public sealed class LabPrinterTests
{
    [Fact]
    public void Passed_NoBars_IsFalse() => new ScenarioReport("empty").Passed.ShouldBeFalse();

    [Fact]
    public void Passed_OneBarMissed_IsFalse()
    {
        var scenario = new ScenarioReport("s");
        scenario.Add(Bar.AtMost("time", 10, 20, "ms"));
        scenario.Passed.ShouldBeTrue();

        scenario.Add(Bar.None("overlaps", 1));

        scenario.Passed.ShouldBeFalse();
    }

    [Fact]
    public void Print_AScenario_ShowsBarsFactsAndTheTimeline()
    {
        var scenario = new ScenarioReport("drain");
        scenario.Add(Bar.AtMost("time", 10.26, 20, "ms"));
        scenario.Add(Bar.IsTrue("it ended", true));
        scenario.Fact($"{3} moves");
        scenario.Mark(TimeSpan.Zero, "SIGTERM");
        scenario.Mark(TimeSpan.FromMilliseconds(50), "half");
        scenario.Mark(TimeSpan.FromMilliseconds(100), "done");
        var writer = new StringWriter { NewLine = "\n" };

        LabPrinter.Print(writer, scenario);

        var lines = writer.ToString().Split('\n');
        lines.ShouldContain("PASS  drain");
        lines.ShouldContain("  pass  time: 10.3 ms (at most 20)");
        lines.ShouldContain("  pass  it ended");
        lines.ShouldContain("        3 moves");
        lines.ShouldContain(line => line.Contains("|*       ") && line.EndsWith("SIGTERM", StringComparison.Ordinal));
        lines.ShouldContain(line => line.Contains("-*|") && line.EndsWith("done", StringComparison.Ordinal));
    }

    [Fact]
    public void Print_AScenarioThatCouldNotRun_SaysWhy()
    {
        var writer = new StringWriter();

        LabPrinter.Print(writer, new ScenarioReport("kill") { Failure = "instance-3 did not start" });

        writer.ToString().ShouldContain("FAIL  not carried out: instance-3 did not start");
    }
}
