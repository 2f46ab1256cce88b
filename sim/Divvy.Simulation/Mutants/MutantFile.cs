using System.Globalization;
using Divvy.Simulation.Runs;

namespace Divvy.Simulation.Mutants;

/// <summary>Reads mutants from sim/mutants/, one in each file, named by the file:
/// <code>
/// rule: A member votes once in a term.
/// source: Raft paper, section 5.2
/// workload: store
/// checker: raft | linearizable
/// seeds: 200
///
/// edit src/Divvy.Consensus/Raft/RaftNode.Election.cs
/// &lt;&lt;&lt;&lt;
/// what stands there
/// ====
/// what stands there instead
/// &gt;&gt;&gt;&gt;
/// </code>
/// and as many further edits as it takes, of the same file or of others. Lines that start with # are remarks.</summary>
internal static class MutantFile
{
    public const string Extension = ".mutant";

    private const string Begin = "<<<<";
    private const string Middle = "====";
    private const string End = ">>>>";

    /// <summary>All mutants of a folder, in the order of their names.
    /// <exception cref="FormatException">One is not written as it should be; names the file and the line.</exception>
    /// </summary>
    public static IReadOnlyList<Mutant> LoadAll(string folder) =>
    [
        .. Directory.EnumerateFiles(folder, "*" + Extension).Order(StringComparer.Ordinal)
            .Select(path => Parse(Path.GetFileNameWithoutExtension(path), File.ReadAllText(path))),
    ];

    /// <summary>Reads one mutant.
    /// <exception cref="FormatException">It is not written as it should be; says where.</exception></summary>
    public static Mutant Parse(string name, string text)
    {
        var lines = text.TrimEnd().Split('\n');
        var fields = new Dictionary<string, string>(StringComparer.Ordinal);
        var edits = new List<MutantEdit>();
        for (var at = 0; at < lines.Length; at++)
        {
            var line = lines[at];
            if (line.Length == 0 || line[0] == '#')
                continue;
            if (line.StartsWith("edit ", StringComparison.Ordinal))
            {
                edits.Add(ParseEdit(name, lines, ref at));
                continue;
            }

            var colon = line.IndexOf(": ", StringComparison.Ordinal);
            if (colon < 0 || !fields.TryAdd(line[..colon], line[(colon + 2)..].Trim()))
                throw Wrong(name, at, $"neither 'name: value' nor 'edit FILE', or said twice: {line}");
        }

        if (edits.Count == 0)
            throw Wrong(name, lines.Length - 1, "it changes nothing: 'edit FILE' is missing");
        return Build(name, fields, edits);
    }

    private static Mutant Build(string name, Dictionary<string, string> fields, List<MutantEdit> edits)
    {
        var mutant = new Mutant
        {
            Name = name,
            Rule = Take("rule"),
            Source = Take("source"),
            Workload = Take("workload") switch
            {
                "store" => WorkloadKind.Store,
                "distributor" => WorkloadKind.Distributor,
                "streams" => WorkloadKind.Streams,
                var other => throw new FormatException($"{name}: workload {other}: must be store, distributor or streams"),
            },
            Checkers = Take("checker").Split('|', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries),
            Seeds = ParseSeeds(name, Take("seeds")),
            Edits = edits,
        };
        if (fields.Count > 0)
            throw new FormatException($"{name}: nobody reads '{fields.Keys.Order(StringComparer.Ordinal).First()}'");
        return mutant;

        string Take(string field) => fields.Remove(field, out var value) && value.Length > 0
            ? value
            : throw new FormatException($"{name}: '{field}: ...' is missing");
    }

    private static int ParseSeeds(string name, string text) =>
        int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var seeds) && seeds is > 0 and <= 100_000
            ? seeds
            : throw new FormatException($"{name}: seeds {text}: must be from 1 to 100000");

    /// <summary>Stands on the line 'edit FILE' before, on the end of the edit after.</summary>
    private static MutantEdit ParseEdit(string name, string[] lines, ref int at)
    {
        var path = lines[at]["edit ".Length..].Trim();
        if (++at >= lines.Length || lines[at] != Begin)
            throw Wrong(name, at, $"'edit {path}' is not followed by {Begin}");
        var before = TakeUntil(Middle, name, lines, ref at);
        var after = TakeUntil(End, name, lines, ref at);
        return before.Length > 0
            ? new MutantEdit(path, before, after)
            : throw Wrong(name, at, $"the text to be found in {path} is empty");
    }

    private static string TakeUntil(string mark, string name, string[] lines, ref int at)
    {
        var first = at + 1;
        for (at = first; at < lines.Length; at++)
        {
            if (lines[at] == mark)
                return string.Join('\n', lines[first..at]);
        }

        throw Wrong(name, first - 1, $"{mark} is missing");
    }

    private static FormatException Wrong(string name, int line, string what) =>
        new($"{name}{Extension}, line {line + 1}: {what}");
}
