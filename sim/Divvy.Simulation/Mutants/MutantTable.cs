using System.Globalization;
using System.Text;

namespace Divvy.Simulation.Mutants;

/// <summary>The table of docs/testing.md: which checker caught which mutant, after how many seeds. A run of some mutants
/// only replaces their lines.</summary>
internal sealed class MutantTable
{
    private const string Head = "| mutant | the rule it breaks | workload | caught by | seeds |\n|---|---|---|---|---|\n";

    private readonly SortedDictionary<string, string> lines = new(StringComparer.Ordinal);

    /// <summary>Reads the table that is there; an empty one when there is none.</summary>
    public static MutantTable Read(string path)
    {
        var table = new MutantTable();
        if (!File.Exists(path))
            return table;
        foreach (var line in File.ReadLines(path).Where(line => line.StartsWith("| `", StringComparison.Ordinal)))
            table.lines[line.Split('`')[1]] = line;
        return table;
    }

    public void Put(MutantOutcome outcome)
    {
        var mutant = outcome.Mutant;
        var caught = outcome.CaughtBy ?? "**nobody**";
        lines[mutant.Name] = string.Create(
            CultureInfo.InvariantCulture,
            $"| `{mutant.Name}` | {mutant.Rule} ({mutant.Source}) | {mutant.Workload.ToString().ToLowerInvariant()}"
            + $" | {caught} | {outcome.Seeds} |");
    }

    /// <summary>Leaves out the mutants that do not exist any more.</summary>
    public void Keep(IEnumerable<string> names)
    {
        foreach (var gone in lines.Keys.Except(names).ToList())
            lines.Remove(gone);
    }

    public override string ToString()
    {
        var text = new StringBuilder(Head);
        foreach (var line in lines.Values)
            text.Append(line).Append('\n');
        return text.ToString();
    }
}
