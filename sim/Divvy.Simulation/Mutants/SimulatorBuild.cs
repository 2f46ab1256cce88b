using System.Diagnostics;

namespace Divvy.Simulation.Mutants;

/// <summary>Builds the simulator of a workspace.</summary>
/// <param name="dotnet">The command that builds.</param>
internal sealed class SimulatorBuild(string dotnet)
{
    private const string Project = "sim/Divvy.Simulation";

    private static readonly TimeSpan limit = TimeSpan.FromMinutes(10);

    /// <summary>Builds, and returns the program; null with what the compiler said when it does not compile.</summary>
    public async Task<(string? Program, string Output)> RunAsync(string place, CancellationToken cancellationToken)
    {
        var start = new ProcessStartInfo(dotnet)
        {
            WorkingDirectory = place,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        string[] arguments = ["build", Project, "-c", "Release", "--nologo", "-v", "quiet"];
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
            var program = Path.Combine(place, Project, "bin", "Release", "net10.0", "divvy-sim");
            return (process.ExitCode == 0 ? program : null, Shorten(output, place));
        }
        catch (OperationCanceledException)
        {
            process.Kill(entireProcessTree: true);
            cancellationToken.ThrowIfCancellationRequested();
            return (null, $"the build did not end within {limit.TotalMinutes} minutes");
        }
    }

    private static string Shorten(string output, string place)
    {
        var lines = output.Split('\n').Select(line => line.Trim().Replace(place + "/", "", StringComparison.Ordinal));
        return string.Join('\n', lines.Where(line => line.Contains(": error ", StringComparison.Ordinal)).Distinct());
    }
}
