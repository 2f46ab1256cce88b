using Divvy.Simulation.Mutants;
using Divvy.Simulation.Runs;
using Divvy.TestKit;

namespace Divvy.Simulation.Tests.Mutants;

public sealed class MutantWorkspaceTests : IDisposable
{
    private static readonly Mutant mutant = new()
    {
        Name = "m",
        Rule = "It holds.",
        Source = "a paper",
        Workload = WorkloadKind.Store,
        Checkers = ["raft"],
        Seeds = 1,
        Edits = [new MutantEdit("src/P/A.cs", "one", "two"), new MutantEdit("src/P/A.cs", "two\n", "three\n")],
    };

    private readonly TempDirectory folder = new("mutants");

    public MutantWorkspaceTests()
    {
        foreach (var name in new[] { "src/P/bin", "sim", "eng" })
            Directory.CreateDirectory(Path.Combine(Root, name));
        Write("src/P/A.cs", "one\n");
        Write("src/P/B.cs", "b\n");
        Write("src/P/bin/A.dll", "old");
        Write("global.json", "{}");
    }

    private string Root => folder.File("root");

    private string Place => folder.File("work");

    [Fact]
    public void Open_AnEmptyPlace_BringsSourcesAndNoOutput()
    {
        MutantWorkspace.Open(Root, Place);

        Read("src/P/A.cs").ShouldBe("one\n");
        Read("global.json").ShouldBe("{}");
        File.Exists(Path.Combine(Place, "src/P/bin/A.dll")).ShouldBeFalse();
    }

    [Fact]
    public void Open_APlaceThatWasUsed_BringsWhatIsNewAndDeletesWhatIsGone()
    {
        MutantWorkspace.Open(Root, Place).Apply(mutant);
        var untouched = File.GetLastWriteTimeUtc(Path.Combine(Place, "src/P/B.cs"));
        Write("src/P/C.cs", "c\n");
        File.Delete(Path.Combine(Root, "src/P/A.cs"));

        MutantWorkspace.Open(Root, Place);

        File.Exists(Path.Combine(Place, "src/P/A.cs")).ShouldBeFalse();
        Read("src/P/C.cs").ShouldBe("c\n");
        File.GetLastWriteTimeUtc(Path.Combine(Place, "src/P/B.cs")).ShouldBe(untouched);
    }

    [Fact]
    public void Apply_AndRestore_ChangeTheCopyOnly()
    {
        var workspace = MutantWorkspace.Open(Root, Place);

        workspace.Apply(mutant);
        Read("src/P/A.cs").ShouldBe("three\n");
        File.ReadAllText(Path.Combine(Root, "src/P/A.cs")).ShouldBe("one\n");

        workspace.Restore();
        Read("src/P/A.cs").ShouldBe("one\n");
    }

    [Fact]
    public void Apply_StaleMutant_SaysWhichAndChangesNothing()
    {
        Write("src/P/A.cs", "another\n");
        var workspace = MutantWorkspace.Open(Root, Place);

        Should.Throw<FormatException>(() => workspace.Apply(mutant)).Message.ShouldContain("m: src/P/A.cs has no such text");
        Read("src/P/A.cs").ShouldBe("another\n");
    }

    public void Dispose() => folder.Dispose();

    private void Write(string path, string text) => File.WriteAllText(Path.Combine(Root, path), text);

    private string Read(string path) => File.ReadAllText(Path.Combine(Place, path));
}
