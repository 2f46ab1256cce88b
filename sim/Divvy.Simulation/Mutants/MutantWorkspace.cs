namespace Divvy.Simulation.Mutants;

/// <summary>A copy of the sources to break rules in. It stays from one run to the next, and only files that differ are
/// written, so that a build compiles what a mutant touches and little else.</summary>
internal sealed class MutantWorkspace
{
    private static readonly string[] folders = ["src", "sim", "eng"];
    private static readonly string[] skipped = ["bin", "obj", "mutants"];

    private readonly string root;
    private readonly Dictionary<string, string> changed = new(StringComparer.Ordinal);

    private MutantWorkspace(string root, string place) => (this.root, Place) = (root, place);

    /// <summary>Where the copy is.</summary>
    public string Place { get; }

    /// <summary>Makes the copy, or brings it up to date.</summary>
    public static MutantWorkspace Open(string root, string place)
    {
        var workspace = new MutantWorkspace(root, place);
        Directory.CreateDirectory(place);
        var wanted = new HashSet<string>(StringComparer.Ordinal);
        foreach (var file in Directory.EnumerateFiles(root))
            workspace.Bring(Path.GetFileName(file), wanted);
        foreach (var folder in folders)
            workspace.BringFolder(folder, wanted);
        workspace.DeleteOthers(wanted);
        return workspace;
    }

    /// <summary>Breaks the rule.
    /// <exception cref="FormatException">What is to be replaced is not found exactly once; nothing was changed.
    /// </exception></summary>
    public void Apply(Mutant mutant)
    {
        Restore();
        var texts = Texts(root, mutant);
        foreach (var (path, text) in texts)
        {
            changed.Add(path, File.ReadAllText(Path.Combine(Place, path)));
            File.WriteAllText(Path.Combine(Place, path), text);
        }
    }

    /// <summary>Takes back the mutant that was applied last.</summary>
    public void Restore()
    {
        foreach (var (path, text) in changed)
            File.WriteAllText(Path.Combine(Place, path), text);
        changed.Clear();
    }

    /// <summary>The files that a mutant changes, as they are then.
    /// <exception cref="FormatException">What is to be replaced is not found exactly once, or the file is not there.
    /// </exception></summary>
    public static IReadOnlyDictionary<string, string> Texts(string root, Mutant mutant)
    {
        var texts = new SortedDictionary<string, string>(StringComparer.Ordinal);
        foreach (var edit in mutant.Edits)
        {
            var path = Path.Combine(root, edit.Path);
            if (!texts.TryGetValue(edit.Path, out var text) && !File.Exists(path))
                throw new FormatException($"{mutant.Name}: there is no file {edit.Path} (any more)");
            try
            {
                texts[edit.Path] = edit.ApplyTo(text ?? File.ReadAllText(path));
            }
            catch (FormatException wrong)
            {
                throw new FormatException($"{mutant.Name}: {wrong.Message}", wrong);
            }
        }

        return texts;
    }

    private void BringFolder(string folder, HashSet<string> wanted)
    {
        foreach (var file in Directory.EnumerateFiles(Path.Combine(root, folder)))
            Bring(Path.Combine(folder, Path.GetFileName(file)), wanted);
        foreach (var below in Directory.EnumerateDirectories(Path.Combine(root, folder)))
        {
            if (!skipped.Contains(Path.GetFileName(below)))
                BringFolder(Path.Combine(folder, Path.GetFileName(below)), wanted);
        }
    }

    private void Bring(string path, HashSet<string> wanted)
    {
        wanted.Add(path);
        var (from, to) = (Path.Combine(root, path), Path.Combine(Place, path));
        if (File.Exists(to) && File.ReadAllBytes(from).AsSpan().SequenceEqual(File.ReadAllBytes(to)))
            return;
        Directory.CreateDirectory(Path.GetDirectoryName(to)!);
        File.WriteAllBytes(to, File.ReadAllBytes(from));
    }

    /// <summary>Files that the repository does not have any more would still be compiled.</summary>
    private void DeleteOthers(HashSet<string> wanted)
    {
        foreach (var folder in folders.Select(folder => Path.Combine(Place, folder)).Where(Directory.Exists))
        {
            foreach (var file in Directory.EnumerateFiles(folder, "*", SearchOption.AllDirectories))
            {
                var path = Path.GetRelativePath(Place, file);
                if (!wanted.Contains(path) && !path.Split(Path.DirectorySeparatorChar).Intersect(skipped).Any())
                    File.Delete(file);
            }
        }
    }
}
