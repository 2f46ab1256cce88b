using System.Diagnostics;
using System.Globalization;

namespace Divvy.Simulation.Commands;

/// <summary>Runs a seed in a process of its own: the pool's one thread belongs to one run.</summary>
internal static class SeedProcess
{
    /// <summary>A run that takes longer than this has hung.</summary>
    private static readonly TimeSpan limit = TimeSpan.FromMinutes(5);

    public static async Task<SeedOutcome> RunAsync(
        ulong seed, IEnumerable<string> options, CancellationToken cancellationToken)
    {
        var start = new ProcessStartInfo(Environment.ProcessPath!)
        {
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        if (Path.GetFileNameWithoutExtension(Environment.ProcessPath) == "dotnet")
            start.ArgumentList.Add(typeof(SeedProcess).Assembly.Location);
        string[] arguments = ["run", "--seed", seed.ToString(CultureInfo.InvariantCulture), .. options];
        foreach (var argument in arguments)
            start.ArgumentList.Add(argument);
        var began = Stopwatch.GetTimestamp();
        using var process = Process.Start(start)!;
        using var over = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        over.CancelAfter(limit);
        try
        {
            var errors = process.StandardError.ReadToEndAsync(over.Token);
            var output = await process.StandardOutput.ReadToEndAsync(over.Token).ConfigureAwait(false);
            output += await errors.ConfigureAwait(false);
            await process.WaitForExitAsync(over.Token).ConfigureAwait(false);
            return new SeedOutcome(seed, process.ExitCode, output, Stopwatch.GetElapsedTime(began));
        }
        catch (OperationCanceledException)
        {
            process.Kill();
            cancellationToken.ThrowIfCancellationRequested();
            var text = $"HUNG: seed {seed} did not end within {limit.TotalMinutes} minutes\n";
            return new SeedOutcome(seed, SimulatorCommand.Violated, text, Stopwatch.GetElapsedTime(began));
        }
    }
}
