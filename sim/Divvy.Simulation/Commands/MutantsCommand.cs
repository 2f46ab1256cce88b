using System.CommandLine;
using Divvy.Simulation.Mutants;

namespace Divvy.Simulation.Commands;

/// <summary><c>divvy-sim mutants</c>: proof that the simulator can fail.</summary>
internal static class MutantsCommand
{
    public static Command Create()
    {
        var names = new Argument<string[]>("names")
        {
            Description = "Mutants of sim/mutants. Default: all.",
            Arity = ArgumentArity.ZeroOrMore,
        };
        var seeds = new Option<int?>("--seeds")
        {
            Description = "The most seeds for each. Default: as many as the mutant itself allows.",
        };
        var jobs = new Option<int>("--jobs") { Description = "Seeds at a time.", DefaultValueFactory = static _ => 1 };
        var check = new Option<bool>("--check") { Description = "Only apply and build each." };
        var report = new Option<string?>("--report")
        {
            Description = "The file for the table. Default: artifacts/mutants/table.md.",
        };
        var dotnet = new Option<string>("--dotnet")
        {
            Description = "The command to build with.",
            DefaultValueFactory = static _ => Environment.GetEnvironmentVariable("DOTNET_HOST_PATH") ?? "dotnet",
        };
        jobs.Validators.Add(static result =>
        {
            if (result.GetValueOrDefault<int>() is < 1 or > 256)
                result.AddError($"--jobs {result.Tokens[0].Value}: must be from 1 to 256");
        });
        seeds.Validators.Add(static result =>
        {
            if (result.GetValueOrDefault<int?>() is < 1 or > 100_000)
                result.AddError($"--seeds {result.Tokens[0].Value}: must be from 1 to 100000");
        });
        var command = new Command("mutants", "Break one rule of the product at a time, and see who notices.")
        {
            names, seeds, jobs, check, report, dotnet,
        };
        command.SetAction((parsed, cancellationToken) =>
        {
            var build = new SimulatorBuild(parsed.GetValue(dotnet)!);
            var hunt = parsed.GetValue(check) ? null : new MutantHunt(parsed.GetValue(seeds), parsed.GetValue(jobs));
            return new MutantBatch(build, hunt, parsed.GetValue(report)).RunAsync(parsed.GetValue(names)!, cancellationToken);
        });
        return command;
    }
}
