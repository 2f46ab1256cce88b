using System.Diagnostics;
using Divvy.Simulation.Runs;

namespace Divvy.Simulation.Commands;

/// <summary>Runs many seeds, some at a time, and says how far it is.</summary>
internal sealed class SeedBatch(IReadOnlyList<string> options, int jobs, bool keepGoing)
{
    private const int ProgressWidth = 30;

    private readonly List<SeedOutcome> failed = [];
    private readonly Lock sync = new();
    private readonly bool draws = !Console.IsOutputRedirected;
    private int done;
    private Effort effort;

    public async Task<int> RunAsync(IReadOnlyList<ulong> seeds, CancellationToken cancellationToken)
    {
        var began = Stopwatch.GetTimestamp();
        using var enough = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        // Not Parallel.ForEachAsync: it takes its workers from the pool, which has one thread here.
        var next = -1;
        await Task.WhenAll(Enumerable.Range(0, jobs).Select(_ => WorkAsync())).ConfigureAwait(false);
        Report(seeds.Count, Stopwatch.GetElapsedTime(began));
        cancellationToken.ThrowIfCancellationRequested();
        return failed.Count == 0 ? SimulatorCommand.Clean : SimulatorCommand.Violated;

        async Task WorkAsync()
        {
            using var worker = new SeedWorker(options);
            while (!enough.IsCancellationRequested && Interlocked.Increment(ref next) is var index && index < seeds.Count)
            {
                try
                {
                    Put(await worker.RunAsync(seeds[index], enough.Token).ConfigureAwait(false), seeds.Count);
                }
                catch (OperationCanceledException)
                {
                    return;
                }

                if (failed.Count > 0 && !keepGoing)
                    await enough.CancelAsync().ConfigureAwait(false);
            }
        }
    }

    private void Put(SeedOutcome outcome, int all)
    {
        lock (sync)
        {
            done++;
            effort += outcome.Effort;
            if (outcome.ExitCode != SimulatorCommand.Clean)
            {
                failed.Add(outcome);
                ClearLine();
                Console.Write(outcome.Output);
            }

            if (draws)
            {
                var filled = ProgressWidth * done / all;
                Console.Write($"\r{new string('#', filled)}{new string('.', ProgressWidth - filled)} {done}/{all} seeds, {failed.Count} failed ");
            }
        }
    }

    private void Report(int all, TimeSpan took)
    {
        ClearLine();
        var text = FormattableString.Invariant($"{done} of {all} seeds in {took.TotalSeconds:F1} s, {failed.Count} failed");
        if (failed.Count > 0)
            text += ": " + string.Join(", ", failed.Select(outcome => outcome.Seed).Order());
        Console.WriteLine(text);
        if (effort.Processor > TimeSpan.Zero)
            Console.WriteLine(effort);
    }

    private void ClearLine()
    {
        if (draws)
            Console.Write($"\r{new string(' ', ProgressWidth + 40)}\r");
    }
}
