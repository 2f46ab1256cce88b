using System.CommandLine;
using Divvy.Simulation.Runs;
using Divvy.Simulation.Shrinking;
using Divvy.Simulation.Timelines;

namespace Divvy.Simulation.Commands;

/// <summary><c>divvy-sim shrink</c>: the smallest run that still breaks the rule that a seed broke.</summary>
internal static class ShrinkCommand
{
    public static Command Create()
    {
        var seed = new Option<ulong>("--seed") { Description = "The seed of the run.", Required = true };
        var timeline = new Option<string?>("--timeline") { Description = "Write the small run's timeline to this file." };
        var tries = new Option<int>("--tries")
        {
            Description = "At most so many runs.",
            DefaultValueFactory = static _ => 300,
        };
        var options = new RunOptions();
        var command = new Command("shrink", "Make a failing run smaller: fewer faults, fewer clients, shorter.")
        {
            seed, timeline, tries,
        };
        options.AddTo(command);
        command.SetAction(parsed => Shrink(
            options.For(parsed.GetValue(seed), parsed), parsed.GetValue(timeline), parsed.GetValue(tries)));
        return command;
    }

    private static int Shrink(SimulationOptions options, string? timeline, int tries)
    {
        var first = Run(options);
        if (first.Violations.Count == 0)
        {
            Console.Error.WriteLine($"divvy-sim: seed {options.Seed} breaks no rule: there is nothing to shrink");
            return SimulatorCommand.BadArguments;
        }

        var checker = first.Violations[0].Checker;
        Console.WriteLine($"seed {options.Seed} breaks \"{checker}\" with {first.Faults} faults: {options}");
        var shrinker = new Shrinker(
            candidate => Run(candidate).Violations.Any(violation => violation.Checker == checker), tries);
        var small = shrinker.Shrink(options, first);
        Console.WriteLine($"after {shrinker.Tried} runs: {ShrinkText.CommandOf(small)}");
        var result = Runs.Simulation.Run(small, Workloads.Of(small.Workload), keepTrace: true);
        Console.WriteLine(ResultText.Of(result));
        foreach (var violation in result.Violations)
            Console.WriteLine($"VIOLATION of \"{violation.Checker}\" at {violation.At.TotalSeconds:F6} s: {violation.Message}");
        return timeline is not null && !TimelineFile.TryWrite(timeline, result)
            ? SimulatorCommand.BadArguments
            : SimulatorCommand.Violated;
    }

    private static RunResult Run(SimulationOptions options) =>
        Runs.Simulation.Run(options, Workloads.Of(options.Workload), keepTrace: false);
}
