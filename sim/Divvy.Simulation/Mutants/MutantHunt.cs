using System.Text.RegularExpressions;
using Divvy.Simulation.Commands;

namespace Divvy.Simulation.Mutants;

/// <summary>Runs the simulator of a mutant on one seed after the other until a rule is seen broken.</summary>
/// <param name="seeds">The most seeds to run; null: as many as the mutant itself allows.</param>
/// <param name="jobs">Seeds at a time.</param>
internal sealed partial class MutantHunt(int? seeds, int jobs)
{
    /// <summary>What a process that died is put down to.</summary>
    public const string Crash = "crash of the run";

    /// <summary>Seeds from 1 on. The outcome does not depend on how many run at a time: the lowest seed counts.</summary>
    public async Task<MutantOutcome> RunAsync(Mutant mutant, string program, CancellationToken cancellationToken)
    {
        var most = Math.Min(seeds ?? mutant.Seeds, 100_000);
        var options = new[] { "--workload", mutant.Workload.ToString().ToLowerInvariant() };
        var workers = Enumerable.Range(0, jobs).Select(_ => new SeedWorker(options, program)).ToList();
        var running = new Queue<(int Number, Task<SeedOutcome> Run)>();
        using var enough = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        try
        {
            for (var number = 1; number <= most || running.Count > 0;)
            {
                for (; number <= most && running.Count < jobs; number++)
                    running.Enqueue((number, workers[number % jobs].RunAsync((ulong)number, enough.Token)));
                var (tried, run) = running.Dequeue();
                var outcome = await run.ConfigureAwait(false);
                if (outcome.ExitCode == SimulatorCommand.BadArguments)
                    throw new InvalidOperationException($"the simulator of {mutant.Name} refuses: {outcome.Output}");
                if (outcome.ExitCode != SimulatorCommand.Clean)
                    return new MutantOutcome(mutant, CheckerIn(outcome), tried);
            }
        }
        finally
        {
            await enough.CancelAsync().ConfigureAwait(false);
            foreach (var (_, run) in running)
                await ((Task)run).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            workers.ForEach(static worker => worker.Dispose());
        }

        return new MutantOutcome(mutant, null, most);
    }

    /// <summary>The checker that an output names first.</summary>
    public static string CheckerIn(SeedOutcome outcome)
    {
        if (Violation().Match(outcome.Output) is { Success: true } violation)
            return violation.Groups[1].Value;
        return outcome.Output.StartsWith("HUNG", StringComparison.Ordinal) ? "end of the run" : Crash;
    }

    [GeneratedRegex("^VIOLATION of \"([^\"]+)\"", RegexOptions.Multiline)]
    private static partial Regex Violation();
}
