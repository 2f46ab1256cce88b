using Divvy.Simulation.Mutants;

namespace Divvy.Simulation.Tests.Mutants;

/// <summary>The mutants in sim/mutants are about the code as it is: none of them goes stale unnoticed.</summary>
public sealed class MutantFilesTests
{
    private static readonly string root = FindRoot();

    private static readonly string folder = Path.Combine(root, "sim", "mutants");

    public static TheoryData<string> All =>
        [.. Directory.EnumerateFiles(folder).Select(file => Path.GetFileName(file)).Order(StringComparer.Ordinal)];

    [Theory]
    [MemberData(nameof(All))]
    public void Texts_OfEachMutant_AreFoundOnceAndChanged(string file)
    {
        Path.GetExtension(file).ShouldBe(MutantFile.Extension);
        var text = File.ReadAllText(Path.Combine(folder, file));
        var mutant = MutantFile.Parse(Path.GetFileNameWithoutExtension(file), text);
        foreach (var (path, changed) in MutantWorkspace.Texts(root, mutant))
        {
            path.ShouldStartWith("src/", Case.Sensitive, "a mutant breaks the product, not what judges it");
            changed.ShouldNotBe(File.ReadAllText(Path.Combine(root, path)));
        }
    }

    [Fact]
    public void Mutants_OfEachBrokenReading_AreThere()
    {
        var names = MutantFile.LoadAll(folder).Select(mutant => mutant.Name).ToList();
        for (var reading = 1; reading <= 17; reading++)
            names.ShouldContain(name => name.StartsWith($"c{reading:00}-", StringComparison.Ordinal), $"C{reading}");
    }

    private static string FindRoot()
    {
        for (var at = new DirectoryInfo(AppContext.BaseDirectory); at is not null; at = at.Parent)
        {
            if (File.Exists(Path.Combine(at.FullName, "Divvy.slnx")))
                return at.FullName;
        }

        throw new DirectoryNotFoundException($"Divvy.slnx is in no folder above {AppContext.BaseDirectory}");
    }
}
