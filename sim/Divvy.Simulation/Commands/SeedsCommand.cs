using System.CommandLine;

namespace Divvy.Simulation.Commands;

/// <summary><c>divvy-sim seeds</c>: many seeds, in processes of their own.</summary>
internal static class SeedsCommand
{
    public static Command Create()
    {
        var range = new Argument<string>("range") { Description = "The seeds, FIRST..LAST, or a file with one in each line." };
        var jobs = new Option<int>("--jobs")
        {
            Description = "Processes at a time, of one core each.",
            DefaultValueFactory = static _ => 2,
        };
        var twice = new Option<bool>("--twice") { Description = "Run each twice and compare what happened." };
        var keepGoing = new Option<bool>("--keep-going") { Description = "Go on after the first failure." };
        var options = new RunOptions();
        var command = new Command("seeds", "Run many seeds; list those that broke a rule.") { range, jobs, twice, keepGoing };
        options.AddTo(command);
        jobs.Validators.Add(static result =>
        {
            if (result.GetValueOrDefault<int>() is < 1 or > 256)
                result.AddError($"--jobs {result.Tokens[0].Value}: must be from 1 to 256");
        });
        command.SetAction(async (parsed, cancellationToken) =>
        {
            var text = parsed.GetValue(range)!;
            if (SeedList.Parse(text, out var error) is not { } seeds)
            {
                await Console.Error.WriteLineAsync($"divvy-sim: {error}").ConfigureAwait(false);
                return SimulatorCommand.BadArguments;
            }

            var given = options.Given(parsed).ToList();
            if (parsed.GetValue(twice))
                given.Add("--twice");
            var batch = new SeedBatch(given, parsed.GetValue(jobs), parsed.GetValue(keepGoing));
            return await batch.RunAsync(seeds, cancellationToken).ConfigureAwait(false);
        });
        return command;
    }
}
