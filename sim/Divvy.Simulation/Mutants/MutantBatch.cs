using System.Diagnostics;
using Divvy.Simulation.Commands;

namespace Divvy.Simulation.Mutants;

/// <summary>Takes one mutant after the other: applies, builds, hunts, takes back.</summary>
/// <param name="build">Builds each.</param>
/// <param name="hunt">Runs each; null: they are only built.</param>
/// <param name="report">The file for the table; null: the usual one.</param>
internal sealed class MutantBatch(SimulatorBuild build, MutantHunt? hunt, string? report)
{
    /// <summary>0: every mutant was noticed. 1: some were not, or do not compile. 2: a mutant's file is wrong.</summary>
    public async Task<int> RunAsync(IReadOnlyCollection<string> names, CancellationToken cancellationToken)
    {
        try
        {
            var root = FindRoot();
            var all = MutantFile.LoadAll(Path.Combine(root, "sim", "mutants"));
            if (names.Except(all.Select(mutant => mutant.Name)).FirstOrDefault() is { } unknown)
                throw new FormatException($"there is no mutant {unknown} in sim/mutants");
            var place = Path.Combine(root, "artifacts", "mutants");
            var workspace = MutantWorkspace.Open(root, Path.Combine(place, "work"));
            var chosen = all.Where(mutant => names.Count == 0 || names.Contains(mutant.Name)).ToList();
            foreach (var mutant in chosen)
                MutantWorkspace.Texts(root, mutant);
            if (hunt is null)
                return await CheckAsync(chosen, workspace, cancellationToken).ConfigureAwait(false);
            if (await build.AllAsync(workspace.Place, cancellationToken).ConfigureAwait(false) is { } errors)
                throw new FormatException($"the simulator does not compile, without any mutant:\n{errors}");
            var program = MutantProgram.Copy(SimulatorBuild.Output(workspace.Place), Path.Combine(place, "program"));
            var table = report ?? Path.Combine(place, "table.md");
            return await HuntAsync(hunt, chosen, all, workspace, program, table, cancellationToken).ConfigureAwait(false);
        }
        catch (FormatException wrong)
        {
            await Console.Error.WriteLineAsync($"divvy-sim: {wrong.Message}").ConfigureAwait(false);
            return SimulatorCommand.BadArguments;
        }
    }

    private async Task<int> CheckAsync(
        List<Mutant> chosen, MutantWorkspace workspace, CancellationToken cancellationToken)
    {
        var broken = 0;
        foreach (var mutant in chosen)
        {
            workspace.Apply(mutant);
            var errors = await build.AllAsync(workspace.Place, cancellationToken).ConfigureAwait(false);
            workspace.Restore();
            broken += errors is null ? 0 : 1;
            Console.WriteLine(errors is null ? $"{mutant.Name} compiles" : $"{mutant.Name} does not compile:\n{errors}");
        }

        Console.WriteLine($"{chosen.Count} mutants, {broken} do not compile");
        return broken == 0 ? SimulatorCommand.Clean : SimulatorCommand.Violated;
    }

    private async Task<int> HuntAsync(
        MutantHunt hunt,
        List<Mutant> chosen,
        IReadOnlyList<Mutant> all,
        MutantWorkspace workspace,
        MutantProgram program,
        string table,
        CancellationToken cancellationToken)
    {
        var survivors = 0;
        foreach (var mutant in chosen)
        {
            var began = Stopwatch.GetTimestamp();
            workspace.Apply(mutant);
            try
            {
                var (libraries, errors) = await build.TouchedAsync(workspace.Place, mutant, cancellationToken)
                    .ConfigureAwait(false);
                if (errors is not null)
                {
                    survivors++;
                    Console.WriteLine($"{mutant.Name} does not compile:\n{errors}");
                    continue;
                }

                program.Replace(libraries);
                var outcome = await hunt.RunAsync(mutant, program.Path, cancellationToken).ConfigureAwait(false);
                survivors += outcome.CaughtBy is null ? 1 : 0;
                Note(outcome, Stopwatch.GetElapsedTime(began), all, table);
            }
            finally
            {
                program.Restore();
                workspace.Restore();
            }
        }

        Console.WriteLine($"{chosen.Count} mutants, {survivors} not caught; the table is in {table}");
        return survivors == 0 ? SimulatorCommand.Clean : SimulatorCommand.Violated;
    }

    private static void Note(MutantOutcome outcome, TimeSpan took, IReadOnlyList<Mutant> all, string report)
    {
        var table = MutantTable.Read(report);
        table.Put(outcome);
        table.Keep(all.Select(mutant => mutant.Name));
        Directory.CreateDirectory(Path.GetDirectoryName(Path.GetFullPath(report))!);
        File.WriteAllText(report, table.ToString());
        var text = outcome.CaughtBy is { } checker
            ? $"caught by \"{checker}\"" + (outcome.IsCaughtByAnother ? $" and not by {string.Join(" or ", outcome.Mutant.Checkers)}" : "")
            : "NOT CAUGHT";
        Console.WriteLine(FormattableString.Invariant(
            $"{outcome.Mutant.Name}: {text} after {outcome.Seeds} seeds, {took.TotalSeconds:F0} s"));
    }

    private static string FindRoot()
    {
        for (var at = new DirectoryInfo(Directory.GetCurrentDirectory()); at is not null; at = at.Parent)
        {
            if (File.Exists(Path.Combine(at.FullName, "Divvy.slnx")))
                return at.FullName;
        }

        throw new FormatException("run it in the repository: Divvy.slnx is in no folder above this one");
    }
}
