using Divvy.TestKit.Scenarios;

namespace Divvy.Core.Tests.Assignment.Scenarios;

/// <summary>Runs the scenarios in testdata/ and compares their traces, letter by letter. With the environment variable
/// <c>REWRITE_SCENARIOS=1</c> the files are rewritten with what happens instead: review the diff.</summary>
public sealed class HandoffScenarioTests
{
    private static readonly ScenarioFolder folder = new("Assignment/testdata");

    public static TheoryData<string> All => [.. folder.Names];

    [Theory]
    [MemberData(nameof(All))]
    public void Run_Scenario_TraceIsAsWritten(string file)
    {
        var (written, happened) = folder.Run(file, new HandoffScenarioRunner().Execute);
        happened.ShouldBe(written);
    }

    [Fact]
    public void Run_AnotherTraceThanWritten_Differs()
    {
        const string Scenario = "instances a\n----\nb/1 begins\n";
        ScenarioFile.Parse(Scenario).Run(new HandoffScenarioRunner().Execute).ShouldNotBe(Scenario);
    }

    [Fact]
    public void Execute_UnknownCommand_SaysSo() =>
        Should.Throw<FormatException>(() => new HandoffScenarioRunner().Execute("dance a").ToList())
            .Message.ShouldContain("dance");
}
