using System.Diagnostics;

namespace Divvy.Simulation.Tests.Commands;

/// <summary>The simulator as a process of its own: whole runs need a thread pool of one thread.</summary>
internal static class SimulatorProcess
{
    /// <summary>Runs it to its end. Returns its exit code and all that it printed.</summary>
    public static async Task<(int ExitCode, string Output)> RunAsync(TimeSpan limit, params string[] arguments)
    {
        var start = new ProcessStartInfo(Path.Combine(AppContext.BaseDirectory, "divvy-sim"), arguments)
        {
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        using var process = Process.Start(start)!;
        using var over = new CancellationTokenSource(limit);
        try
        {
            var errors = process.StandardError.ReadToEndAsync(over.Token);
            var output = await process.StandardOutput.ReadToEndAsync(over.Token);
            output += await errors;
            await process.WaitForExitAsync(over.Token);
            return (process.ExitCode, output);
        }
        finally
        {
            if (!process.HasExited)
                process.Kill(entireProcessTree: true);
        }
    }
}
