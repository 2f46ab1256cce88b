using System.Diagnostics;

namespace Divvy.Simulation.Mutants;

/// <summary>Builds the simulator of a workspace.</summary>
/// <param name="dotnet">The command that builds.</param>
internal sealed class SimulatorBuild(string dotnet)
{
    private const string Simulator = "sim/Divvy.Simulation";

    private static readonly TimeSpan limit = TimeSpan.FromMinutes(20);

    /// <summary>Where a build of all puts the program.</summary>
    public static string Output(string place) => OutputOf(place, Simulator);

    /// <summary>Builds everything, warnings as errors. Returns what the compiler said when it does not compile;
    /// otherwise null.</summary>
    public Task<string?> AllAsync(string place, CancellationToken cancellationToken) =>
        RunAsync(place, [Simulator], cancellationToken);

    /// <summary>Builds only the projects that a mutant touches, in the order in which it names them, and returns the
    /// libraries. Their callers are as they were, so this is for mutants that are known to compile.</summary>
    public async Task<(IReadOnlyList<string> Libraries, string? Errors)> TouchedAsync(
        string place, Mutant mutant, CancellationToken cancellationToken)
    {
        var libraries = new List<string>();
        foreach (var project in mutant.Edits.Select(edit => string.Join('/', edit.Path.Split('/')[..2])).Distinct())
        {
            string[] arguments = [project, "--no-dependencies", "--no-restore", "-p:RunAnalyzers=false"];
            if (await RunAsync(place, arguments, cancellationToken).ConfigureAwait(false) is { } errors)
                return (libraries, errors);
            libraries.Add(Path.Combine(OutputOf(place, project), Path.GetFileName(project) + ".dll"));
        }

        return (libraries, null);
    }

    private async Task<string?> RunAsync(string place, string[] what, CancellationToken cancellationToken)
    {
        var start = new ProcessStartInfo(dotnet)
        {
            WorkingDirectory = place,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        string[] arguments = ["build", .. what, "-c", "Release", "--nologo", "-v", "quiet"];
        foreach (var argument in arguments)
            start.ArgumentList.Add(argument);
        using var process = Process.Start(start)!;
        using var over = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        over.CancelAfter(limit);
        try
        {
            var errors = process.StandardError.ReadToEndAsync(over.Token);
            var output = await process.StandardOutput.ReadToEndAsync(over.Token).ConfigureAwait(false);
            output += await errors.ConfigureAwait(false);
            await process.WaitForExitAsync(over.Token).ConfigureAwait(false);
            return process.ExitCode == 0 ? null : Shorten(output, place);
        }
        catch (OperationCanceledException)
        {
            process.Kill(entireProcessTree: true);
            cancellationToken.ThrowIfCancellationRequested();
            return $"the build did not end within {limit.TotalMinutes} minutes";
        }
    }

    private static string OutputOf(string place, string project) =>
        Path.Combine(place, project, "bin", "Release", "net10.0");

    private static string Shorten(string output, string place)
    {
        var lines = output.Split('\n').Select(line => line.Trim().Replace(place + "/", "", StringComparison.Ordinal));
        return string.Join('\n', lines.Where(line => line.Contains("error ", StringComparison.Ordinal)).Distinct());
    }
}
