using Divvy.Simulation.Commands;
using Divvy.Simulation.Mutants;
using Divvy.Simulation.Runs;
using Divvy.TestKit;

namespace Divvy.Simulation.Tests.Mutants;

public sealed class MutantTableTests
{
    [Fact]
    public void Put_AfterRead_ReplacesOneLineAndKeepsTheOthers()
    {
        using var folder = new TempDirectory("mutants");
        var path = folder.File("table.md");
        var table = MutantTable.Read(path);
        table.Put(new MutantOutcome(Named("b"), "raft", 7));
        table.Put(new MutantOutcome(Named("a"), null, 20));
        File.WriteAllText(path, table.ToString());

        table = MutantTable.Read(path);
        table.Put(new MutantOutcome(Named("a"), "leases", 3));
        table.Keep(["a", "b"]);

        table.ToString().Split('\n').Skip(2).ShouldBe(
        [
            "| `a` | It holds. (a paper) | store | leases | 3 |",
            "| `b` | It holds. (a paper) | store | raft | 7 |",
            "",
        ]);
        table.Keep(["b"]);
        table.ToString().ShouldNotContain("leases");
    }

    [Theory]
    [InlineData("seed 1: store\nVIOLATION of \"one owner\" at 1.5 s: both\nVIOLATION of \"leases\" at 2 s: x\n", "one owner")]
    [InlineData("HUNG: seed 1 did not end within 5 minutes\n", "end of the run")]
    [InlineData("Unhandled exception. System.Exception\n", MutantHunt.Crash)]
    public void CheckerIn_OutputOfARun_IsTheFirstNamed(string output, string expected) =>
        MutantHunt.CheckerIn(new SeedOutcome(1, 1, output, TimeSpan.Zero)).ShouldBe(expected);

    [Fact]
    public void IsCaughtByAnother_IsAboutTheExpectedCheckers()
    {
        new MutantOutcome(Named("a"), "raft: log matching", 1).IsCaughtByAnother.ShouldBeFalse();
        new MutantOutcome(Named("a"), "leases", 1).IsCaughtByAnother.ShouldBeTrue();
        new MutantOutcome(Named("a"), null, 1).IsCaughtByAnother.ShouldBeFalse();
    }

    private static Mutant Named(string name) => new()
    {
        Name = name,
        Rule = "It holds.",
        Source = "a paper",
        Workload = WorkloadKind.Store,
        Checkers = ["raft"],
        Seeds = 20,
        Edits = [new MutantEdit("src/A.cs", "a", "b")],
    };
}
