using Divvy.Simulation.Mutants;
using Divvy.Simulation.Runs;

namespace Divvy.Simulation.Tests.Mutants;

public sealed class MutantFileTests
{
    private const string Head = "rule: It holds.\nsource: a paper\nworkload: store\nchecker: raft | leases\nseeds: 20\n\n";

    private const string Edit = "edit src/A.cs\n<<<<\nold\n\n  lines\n====\n>>>>\n";

    [Fact]
    public void Parse_WholeFile_ReadsEverything()
    {
        var mutant = MutantFile.Parse("some-name", "# a remark\n" + Head + Edit + "\n" + Edit);

        mutant.Name.ShouldBe("some-name");
        mutant.Rule.ShouldBe("It holds.");
        mutant.Source.ShouldBe("a paper");
        mutant.Workload.ShouldBe(WorkloadKind.Store);
        mutant.Checkers.ShouldBe(["raft", "leases"]);
        mutant.Seeds.ShouldBe(20);
        mutant.Edits.ShouldBe([new MutantEdit("src/A.cs", "old\n\n  lines", ""), new MutantEdit("src/A.cs", "old\n\n  lines", "")]);
    }

    [Theory]
    [InlineData(Head, "changes nothing")]
    [InlineData(Edit, "'rule: ...' is missing")]
    [InlineData(Head + "author: me\n" + Edit, "nobody reads 'author'")]
    [InlineData("rule: again\n" + Head + Edit, "line 2")]
    [InlineData(Head + "edit src/A.cs\nold\n====\n>>>>\n", "not followed by <<<<")]
    [InlineData(Head + "edit src/A.cs\n<<<<\nold\n>>>>\n", "==== is missing")]
    [InlineData(Head + "edit src/A.cs\n<<<<\nold\n====\nnew\n", ">>>> is missing")]
    [InlineData(Head + "edit src/A.cs\n<<<<\n====\nnew\n>>>>\n", "is empty")]
    public void Parse_WrongFile_SaysWhatIsWrong(string text, string expected) =>
        Should.Throw<FormatException>(() => MutantFile.Parse("m", text)).Message.ShouldContain(expected);

    [Theory]
    [InlineData("workload: store", "workload: both")]
    [InlineData("seeds: 20", "seeds: many")]
    [InlineData("seeds: 20", "seeds: 0")]
    public void Parse_WrongValue_NamesIt(string written, string wrong) =>
        Should.Throw<FormatException>(() => MutantFile.Parse("m", Head.Replace(written, wrong) + Edit))
            .Message.ShouldContain(wrong.Replace(":", ""));

    [Fact]
    public void ApplyTo_TextThatIsThereOnce_ReplacesIt() =>
        new MutantEdit("A.cs", "b\n", "x\ny\n").ApplyTo("a\nb\nc\n").ShouldBe("a\nx\ny\nc\n");

    [Theory]
    [InlineData("a\nc\n", "no such text")]
    [InlineData("b\nb\n", "more than once")]
    public void ApplyTo_TextThatIsNotThereOnce_IsRefused(string text, string expected) =>
        Should.Throw<FormatException>(() => new MutantEdit("A.cs", "b\n", "").ApplyTo(text)).Message.ShouldContain(expected);
}
