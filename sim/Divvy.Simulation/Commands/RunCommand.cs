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
            new RunOutput(parsed.GetValue(lines), parsed.GetValue(timeline), parsed.GetValue(twice))).ExitCode);
        return command;
    }

    /// <summary>Runs a seed and prints how it went. Returns the exit code and how much was simulated.</summary>
    public static (int ExitCode, TimeSpan Simulated) Run(SimulationOptions options, RunOutput output)
    {
        var keepTrace = output.Lines || output.Timeline is not null;
        var result = Runs.Simulation.Run(options, Workloads.Of(options.Workload), keepTrace);
        if (output.Lines)
        {
            foreach (var line in result.Lines)
                Console.WriteLine(line);
        }

        if (output.Timeline is { } timeline && !TimelineFile.TryWrite(timeline, result))
            return (SimulatorCommand.BadArguments, result.Simulated);
        Console.WriteLine(ResultText.Of(result));
        foreach (var violation in result.Violations)
            Console.WriteLine($"VIOLATION of \"{violation.Checker}\" at {violation.At.TotalSeconds:F6} s: {violation.Message}");
        var simulated = result.Simulated;
        if (output.Twice)
        {
            var again = Runs.Simulation.Run(options, Workloads.Of(options.Workload), keepTrace: false);
            simulated += again.Simulated;
            if (again.Hash != result.Hash)
            {
                Console.WriteLine($"NOT REPEATED: the second run of seed {options.Seed} has the hash {again.Hash:x16}");
                return (SimulatorCommand.Violated, simulated);
            }
        }

        return (result.Violations.Count == 0 ? SimulatorCommand.Clean : SimulatorCommand.Violated, simulated);
    }
}
