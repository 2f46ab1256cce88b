using System.CommandLine;

namespace Divvy.Simulation.Commands;

/// <summary>The command line of the simulator.</summary>
internal static class SimulatorCommand
{
    /// <summary>Exit code of a run that broke no rule.</summary>
    public const int Clean = 0;

    /// <summary>Exit code when a rule was broken, or two runs of a seed differed.</summary>
    public const int Violated = 1;

    /// <summary>Exit code of arguments that make no sense.</summary>
    public const int BadArguments = 2;

    public static async Task<int> InvokeAsync(string[] args)
    {
        var root = new RootCommand(
            "Runs whole clusters in one thread on virtual time, with faults drawn from a seed, and checks that no"
            + " promise is broken. A seed's run is the same every time.")
        {
            RunCommand.Create(),
            SeedsCommand.Create(),
            WorkCommand.Create(),
            ShrinkCommand.Create(),
            MutantsCommand.Create(),
        };
        var (parsed, errors) = Parse(root, args);
        if (parsed is not null && errors.Count == 0)
            return await parsed.InvokeAsync().ConfigureAwait(false);
        foreach (var error in errors)
            await Console.Error.WriteLineAsync($"divvy-sim: {error} (try --help)").ConfigureAwait(false);
        return BadArguments;
    }

    private static (ParseResult? Parsed, IReadOnlyList<string> Errors) Parse(RootCommand root, string[] args)
    {
        try
        {
            var parsed = root.Parse(args);
            return (parsed, [.. parsed.Errors.Select(error => error.Message)]);
        }
        catch (InvalidOperationException failure)
        {
            // A validator asked for the value of an option, and what was given is none.
            return (null, [failure.Message]);
        }
    }
}
