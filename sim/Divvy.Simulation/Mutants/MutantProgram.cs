namespace Divvy.Simulation.Mutants;

/// <summary>A copy of the simulator as it was built, in which libraries are replaced by those of a mutant.</summary>
internal sealed class MutantProgram
{
    private readonly string built;
    private readonly string place;
    private readonly List<string> replaced = [];

    private MutantProgram(string built, string place) => (this.built, this.place) = (built, place);

    /// <summary>The program to run.</summary>
    public string Path => System.IO.Path.Combine(place, "divvy-sim");

    /// <summary>Copies what was built to another place.</summary>
    public static MutantProgram Copy(string built, string place)
    {
        if (Directory.Exists(place))
            Directory.Delete(place, recursive: true);
        foreach (var file in Directory.EnumerateFiles(built, "*", SearchOption.AllDirectories))
        {
            var to = System.IO.Path.Combine(place, System.IO.Path.GetRelativePath(built, file));
            Directory.CreateDirectory(System.IO.Path.GetDirectoryName(to)!);
            File.Copy(file, to);
        }

        return new MutantProgram(built, place);
    }

    /// <summary>Puts these libraries in the place of the built ones.</summary>
    public void Replace(IEnumerable<string> libraries)
    {
        foreach (var library in libraries)
        {
            var name = System.IO.Path.GetFileName(library);
            replaced.Add(name);
            File.Copy(library, System.IO.Path.Combine(place, name), overwrite: true);
        }
    }

    /// <summary>Puts the built ones back.</summary>
    public void Restore()
    {
        foreach (var name in replaced)
            File.Copy(System.IO.Path.Combine(built, name), System.IO.Path.Combine(place, name), overwrite: true);
        replaced.Clear();
    }
}
