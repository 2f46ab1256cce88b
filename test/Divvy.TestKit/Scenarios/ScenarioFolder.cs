namespace Divvy.TestKit.Scenarios;

/// <summary>The scenarios of one testdata/ folder. With the environment variable <c>REWRITE_SCENARIOS=1</c> each file
/// that is run is rewritten with what happens instead: review the diff.</summary>
public sealed class ScenarioFolder
{
    private readonly string path;

    /// <param name="below">The folder, from the test project on, for example <c>Raft/testdata</c>.</param>
    public ScenarioFolder(string below)
    {
        for (var at = new DirectoryInfo(AppContext.BaseDirectory); at is not null; at = at.Parent)
        {
            path = Path.Combine(at.FullName, below);
            if (Directory.Exists(path))
                return;
        }

        throw new DirectoryNotFoundException($"no folder {below} above {AppContext.BaseDirectory}");
    }

    /// <summary>The file names, in ordinal order.</summary>
    public IEnumerable<string> Names =>
        Directory.EnumerateFiles(path, "*.txt").Select(file => Path.GetFileName(file)).Order(StringComparer.Ordinal);

    /// <summary>Runs one scenario: what its file says, and what happens.</summary>
    public (string Written, string Happened) Run(string name, Func<string, IEnumerable<string>> execute)
    {
        var file = Path.Combine(path, name);
        var written = File.ReadAllText(file);
        var happened = ScenarioFile.Parse(written).Run(execute);
        if (Environment.GetEnvironmentVariable("REWRITE_SCENARIOS") != "1")
            return (written, happened);
        File.WriteAllText(file, happened);
        return (happened, happened);
    }
}
