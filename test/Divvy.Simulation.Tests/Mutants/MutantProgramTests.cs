using Divvy.Simulation.Mutants;
using Divvy.TestKit;

namespace Divvy.Simulation.Tests.Mutants;

public sealed class MutantProgramTests
{
    [Fact]
    public void Replace_AndRestore_ChangeTheCopyOnly()
    {
        using var folder = new TempDirectory("program");
        var built = Directory.CreateDirectory(folder.File("built")).FullName;
        File.WriteAllText(Path.Combine(built, "A.dll"), "built");
        File.WriteAllText(folder.File("A.dll"), "mutant");
        var place = folder.File("copy");
        Directory.CreateDirectory(place);
        File.WriteAllText(Path.Combine(place, "left-over"), "");

        var program = MutantProgram.Copy(built, place);
        Directory.EnumerateFiles(place).Select(file => Path.GetFileName(file)).ShouldBe(["A.dll"]);
        program.Replace([folder.File("A.dll")]);
        File.ReadAllText(Path.Combine(place, "A.dll")).ShouldBe("mutant");
        File.ReadAllText(Path.Combine(built, "A.dll")).ShouldBe("built");

        program.Restore();
        File.ReadAllText(Path.Combine(place, "A.dll")).ShouldBe("built");
    }
}
