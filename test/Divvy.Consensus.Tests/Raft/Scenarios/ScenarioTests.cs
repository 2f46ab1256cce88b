using Divvy.TestKit.Scenarios;

namespace Divvy.Consensus.Tests.Raft.Scenarios;

/// <summary>Runs the scenarios in testdata/ and compares their traces, letter by letter. With the environment variable
/// <c>REWRITE_SCENARIOS=1</c> the files are rewritten with what happens instead: review the diff.</summary>
public sealed class ScenarioTests
{
    private static readonly ScenarioFolder folder = new("Raft/testdata");

    public static TheoryData<string> All => [.. folder.Names];

    [Theory]
    [MemberData(nameof(All))]
    public void Run_Scenario_TraceIsAsWritten(string file)
    {
        var (written, happened) = folder.Run(file, new ScenarioRunner().Execute);
        happened.ShouldBe(written);
    }

    [Fact]
    public void Run_AnotherTraceThanWritten_Differs()
    {
        const string Scenario = "nodes 1\ncampaign 1\nsettle\n----\n1 is a leader of another term\n";
        ScenarioFile.Parse(Scenario).Run(new ScenarioRunner().Execute).ShouldNotBe(Scenario);
    }

    [Fact]
    public void Execute_UnknownCommand_SaysSo() =>
        Should.Throw<FormatException>(() => new ScenarioRunner().Execute("dance 1").ToList())
            .Message.ShouldContain("dance");
}
