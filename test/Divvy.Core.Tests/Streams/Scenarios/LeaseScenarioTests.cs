using Divvy.TestKit.Scenarios;

namespace Divvy.Core.Tests.Streams.Scenarios;

/// <summary>Runs the scenarios in testdata/ and compares their traces, letter by letter. With the environment variable
/// <c>REWRITE_SCENARIOS=1</c> the files are rewritten with what happens instead: review the diff.</summary>
public sealed class LeaseScenarioTests
{
    private static readonly ScenarioFolder folder = new("Streams/testdata");

    public static TheoryData<string> All => [.. folder.Names];

    [Theory]
    [MemberData(nameof(All))]
    public void Run_Scenario_TraceIsAsWritten(string file)
    {
        var (written, happened) = folder.Run(file, new LeaseScenarioRunner().Execute);
        happened.ShouldBe(written);
    }

    [Fact]
    public void Run_AnotherTraceThanWritten_Differs()
    {
        const string Scenario = "start a\nstatus\n----\na holds 7:\n";
        ScenarioFile.Parse(Scenario).Run(new LeaseScenarioRunner().Execute).ShouldNotBe(Scenario);
    }
}
