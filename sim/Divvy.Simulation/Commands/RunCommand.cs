using System.CommandLine;
using Divvy.Simulation.Runs;
using Divvy.Simulation.Timelines;

namespace Divvy.Simulation.Commands;

/// <summary><c>divvy-sim run</c>: one seed.</summary>
internal static class RunCommand
{
    public static Command Create()
    {
        var seed = new Option<ulong>("--seed") { Description = "The seed of the run.", Required = true };
        var lines = new Option<bool>("--lines") { Description = "Print everything that happened, line by line." };
        var timeline = new Option<string?>("--timeline")
        {
            Description = "Write what happened to this file: .html for swim-lanes, anything else for text.",
        };
        var twice = new Option<bool>("--twice") { Description = "Run it twice and compare what happened." };
        var options = new RunOptions();
        var command = new Command("run", "Run one seed.") { seed, lines, timeline, twice };
        options.AddTo(command);
        command.SetAction(parsed => Run(
            options.For(parsed.GetValue(seed), parsed),
            parsed.GetValue(lines),
            parsed.GetValue(timeline),
            parsed.GetValue(twice)));
        return command;
    }

    private static int Run(SimulationOptions options, bool lines, string? timeline, bool twice)
    {
        var result = Runs.Simulation.Run(options, Workloads.Of(options.Workload), lines || timeline is not null);
        if (lines)
        {
            foreach (var line in result.Lines)
                Console.WriteLine(line);
        }

        if (timeline is not null && !TimelineFile.TryWrite(timeline, result))
            return SimulatorCommand.BadArguments;
        Console.WriteLine(ResultText.Of(result));
        foreach (var violation in result.Violations)
            Console.WriteLine($"VIOLATION of \"{violation.Checker}\" at {violation.At.TotalSeconds:F6} s: {violation.Message}");
        if (twice && Runs.Simulation.Run(options, Workloads.Of(options.Workload), false).Hash is var again
            && again != result.Hash)
        {
            Console.WriteLine($"NOT REPEATED: the second run of seed {options.Seed} has the hash {again:x16}");
            return SimulatorCommand.Violated;
        }

        return result.Violations.Count == 0 ? SimulatorCommand.Clean : SimulatorCommand.Violated;
    }
}
