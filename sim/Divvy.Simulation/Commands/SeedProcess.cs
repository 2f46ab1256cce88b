using System.Diagnostics;
using System.Globalization;

namespace Divvy.Simulation.Commands;

/// <summary>Runs a seed in a process of its own: the pool's one thread belongs to one run.</summary>
internal static class SeedProcess
{
    /// <summary>A run that takes longer than this has hung.</summary>
    private static readonly TimeSpan limit = TimeSpan.FromMinutes(5);

    /// <summary>Runs it by this very program.</summary>
    public static Task<SeedOutcome> RunAsync(
        ulong seed, IEnumerable<string> options, CancellationToken cancellationToken)
    {
        var isHosted = Path.GetFileNameWithoutExtension(Environment.ProcessPath) == "dotnet";
        IEnumerable<string> prefix = isHosted ? [typeof(SeedProcess).Assembly.Location] : [];
        return RunAsync(Environment.ProcessPath!, prefix, seed, options, cancellationToken);
    }

    /// <summary>Runs it by another build of the simulator.</summary>
    public static Task<SeedOutcome> RunAsync(
        string program, ulong seed, IEnumerable<string> options, CancellationToken cancellationToken) =>
        RunAsync(program, [], seed, options, cancellationToken);

    private static async Task<SeedOutcome> RunAsync(
        string program,
        IEnumerable<string> prefix,
        ulong seed,
        IEnumerable<string> options,
        CancellationToken cancellationToken)
    {
        var start = new ProcessStartInfo(program)
        {
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        string[] arguments = [.. prefix, "run", "--seed", seed.ToString(CultureInfo.InvariantCulture), .. options];
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
