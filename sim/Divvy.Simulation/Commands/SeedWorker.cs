using System.Diagnostics;
using System.Globalization;
using System.Text;

namespace Divvy.Simulation.Commands;

/// <summary>A process that runs seeds one after the other, in its one pool thread, as <see cref="WorkCommand"/> tells.
/// One that hangs or dies is replaced, and the seed it had is a failure.</summary>
/// <param name="options">Of every run.</param>
/// <param name="program">Another build of the simulator; null: this one.</param>
internal sealed class SeedWorker(IReadOnlyList<string> options, string? program = null) : IDisposable
{
    /// <summary>A run that takes longer than this has hung.</summary>
    private static readonly TimeSpan limit = TimeSpan.FromMinutes(5);

    private Process? process;
    private StringBuilder errors = new();

    /// <summary>Runs a seed.
    /// <exception cref="OperationCanceledException">It was called off.</exception></summary>
    public async Task<SeedOutcome> RunAsync(ulong seed, CancellationToken cancellationToken)
    {
        var began = Stopwatch.GetTimestamp();
        process ??= Start();
        using var over = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        over.CancelAfter(limit);
        var output = new StringBuilder();
        try
        {
            await process.StandardInput.WriteLineAsync(
                seed.ToString(CultureInfo.InvariantCulture).AsMemory(), over.Token).ConfigureAwait(false);
            await process.StandardInput.FlushAsync(over.Token).ConfigureAwait(false);
            while (await process.StandardOutput.ReadLineAsync(over.Token).ConfigureAwait(false) is { } line)
            {
                if (WorkCommand.ReadEnd(line) is var (exitCode, effort))
                {
                    return new SeedOutcome(seed, exitCode, output.ToString(), Stopwatch.GetElapsedTime(began))
                    {
                        Effort = effort,
                    };
                }

                output.Append(line).Append('\n');
            }

            output.Append(CultureInfo.InvariantCulture, $"DIED: the process that ran seed {seed} ended\n{errors}");
        }
        catch (IOException failure)
        {
            output.Append(CultureInfo.InvariantCulture, $"DIED: seed {seed}: {failure.Message}\n{errors}");
        }
        catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
        {
            output.Append(CultureInfo.InvariantCulture, $"HUNG: seed {seed} did not end within {limit.TotalMinutes} minutes\n");
        }

        Dispose();
        return new SeedOutcome(seed, SimulatorCommand.Violated, output.ToString(), Stopwatch.GetElapsedTime(began));
    }

    public void Dispose()
    {
        if (process is null)
            return;
        process.Kill();
        process.Dispose();
        process = null;
    }

    private Process Start()
    {
        var start = new ProcessStartInfo(program ?? Environment.ProcessPath!)
        {
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        if (program is null && Path.GetFileNameWithoutExtension(Environment.ProcessPath) == "dotnet")
            start.ArgumentList.Add(typeof(SeedWorker).Assembly.Location);
        foreach (var argument in (string[])[WorkCommand.Name, .. options])
            start.ArgumentList.Add(argument);
        var started = Process.Start(start)!;
        var said = errors = new StringBuilder();
        started.ErrorDataReceived += (_, line) =>
        {
            lock (said)
                said.Append(line.Data).Append('\n');
        };
        started.BeginErrorReadLine();
        return started;
    }
}
