using System.CommandLine;
using System.CommandLine.Help;
using Divvy.Cli.Admin;
using Divvy.Cli.Benchmarking;
using Divvy.Cli.Demo;
using Divvy.Cli.Journals;
using Divvy.Cli.Lab;
using Divvy.Cli.Load;
using Divvy.Cli.Output;
using Divvy.Cli.Serving;
using Divvy.Cli.StoreAdmin;
using Divvy.Cli.Streams;
using Divvy.Cli.Up;

namespace Divvy.Cli;

/// <summary>The command tree, and the one place where outcomes become exit codes.</summary>
internal static class CommandLine
{
    public static async Task<int> RunAsync(
        IReadOnlyList<string> arguments, CommandConsole console, CancellationToken cancellationToken)
    {
        ParseResult parsed;
        try
        {
            parsed = Build(console).Parse(arguments.Count == 0 ? ["--help"] : arguments);
        }
        catch (InvalidOperationException failure)
        {
            // A validator asked for the value of an option, and what was given is none.
            await console.Error.WriteLineAsync($"divvy: {failure.Message}");
            return (int)ExitCode.Usage;
        }
        if (parsed.Errors.Count > 0 && parsed.Action is not HelpAction)
            return Refuse(parsed, console);
        var configuration = new InvocationConfiguration
        {
            Output = console.Output,
            Error = console.Error,
            EnableDefaultExceptionHandler = false,
            ProcessTerminationTimeout = null,
        };
        try
        {
            return await parsed.InvokeAsync(configuration, cancellationToken);
        }
        catch (CommandException failure)
        {
            await console.Error.WriteLineAsync($"divvy: {failure.Message}");
            return (int)failure.Code;
        }
        catch (OperationCanceledException)
        {
            await console.Error.WriteLineAsync("divvy: stopped before it was done");
            return (int)ExitCode.Failed;
        }
        catch (Exception failure)
        {
            await console.Error.WriteLineAsync($"divvy: this should not have happened, please report it: {failure}");
            return (int)ExitCode.Failed;
        }
    }

    /// <summary>All commands, each with its options and its action.</summary>
    public static RootCommand Build(CommandConsole console)
    {
        var verb = new AdminVerb(console);
        return new RootCommand(
            "Divvy tells every instance of a sharded service which shards it owns, and moves them safely.")
        {
            UpCommand.Create(console),
            ServerCommand.Create(console),
            ClientCommand.Create(console),
            LoadCommand.Create(console),
            NamespaceCommand.Create(verb),
            ShardCommand.Create(verb),
            InstanceCommand.Create(verb),
            EventCommand.Create(verb),
            PlanCommand.Create(verb),
            ShardCommand.Move(verb),
            ShardCommand.Pin(verb),
            ShardCommand.Unpin(verb),
            InstanceCommand.Cordon(verb),
            InstanceCommand.Uncordon(verb),
            InstanceCommand.Drain(verb),
            JournalCommand.Create(console),
            StoreCommand.Create(console),
            StreamCommand.Create(console),
            LabCommand.Create(console),
            BenchCommand.Create(console),
        };
    }

    private static int Refuse(ParseResult parsed, CommandConsole console)
    {
        foreach (var error in parsed.Errors)
            console.Error.WriteLine($"divvy: {error.Message}");
        var path = string.Join(' ', Names(parsed.CommandResult.Command).Reverse());
        console.Error.WriteLine($"Try '{path} --help'.");
        return (int)ExitCode.Usage;
    }

    private static IEnumerable<string> Names(Command command)
    {
        for (var current = command; current is not null; current = current.Parents.OfType<Command>().FirstOrDefault())
            yield return current is RootCommand ? "divvy" : current.Name;
    }
}
