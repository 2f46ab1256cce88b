namespace Divvy.Consensus.Tests.Raft.Scenarios;

/// <summary>Runs the scenarios in testdata/ and compares their traces, letter by letter. With the environment variable
/// <c>REWRITE_SCENARIOS=1</c> the files are rewritten with what happens instead: review the diff.</summary>
public sealed class ScenarioTests
{
    private static readonly string folder = FindFolder();

    public static TheoryData<string> All =>
        [.. Directory.EnumerateFiles(folder, "*.txt").Select(file => Path.GetFileName(file)).Order(StringComparer.Ordinal)];

    [Theory]
    [MemberData(nameof(All))]
    public void Run_Scenario_TraceIsAsWritten(string file)
    {
        var path = Path.Combine(folder, file);
        var written = File.ReadAllText(path);
        var runner = new ScenarioRunner();
        var happened = ScenarioFile.Parse(written).Run(runner.Execute);
        if (Environment.GetEnvironmentVariable("REWRITE_SCENARIOS") == "1")
            File.WriteAllText(path, happened);
        else
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

    private static string FindFolder()
    {
        for (var at = new DirectoryInfo(AppContext.BaseDirectory); at is not null; at = at.Parent)
        {
            var folder = Path.Combine(at.FullName, "Raft", "testdata");
            if (Directory.Exists(folder))
                return folder;
        }

        throw new DirectoryNotFoundException($"no folder Raft/testdata above {AppContext.BaseDirectory}");
    }
}
