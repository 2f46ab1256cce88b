using System.CommandLine;
using Divvy.Cli.Output;

namespace Divvy.Cli.StoreAdmin;

/// <summary>Makes the commands of <c>divvy store</c>: each gets <c>-o</c>, and the endpoint options if it asks a
/// running store.</summary>
internal sealed class StoreVerb(CommandConsole console)
{
    /// <summary>A command to a running store.</summary>
    public Command Running(
        string name,
        string description,
        IEnumerable<Symbol> symbols,
        Func<StoreCall, CancellationToken, Task<ExitCode>> run)
    {
        var endpoints = new EndpointOptions();
        var format = OutputOption.Create();
        var command = Create(name, description, [.. symbols, .. endpoints.All, format]);
        command.SetAction(async (parsed, cancellationToken) =>
        {
            await using var client = endpoints.Open(parsed);
            var call = new StoreCall(client, console, parsed, parsed.GetValue(format));
            return (int)await run(call, cancellationToken);
        });
        return command;
    }

    /// <summary>A command about files, while no server runs on them.</summary>
    public Command Offline<T>(
        string name,
        string description,
        IEnumerable<Symbol> symbols,
        Func<ParseResult, T> run,
        Func<T, string> sentence)
    {
        var format = OutputOption.Create();
        var command = Create(name, description, [.. symbols, format]);
        command.SetAction(parsed =>
        {
            var result = Guarded(() => run(parsed));
            if (parsed.GetValue(format) == OutputFormat.Json)
                console.WriteJson(result);
            else
                console.Output.WriteLine(sentence(result));
            return (int)ExitCode.Ok;
        });
        return command;
    }

    private static T Guarded<T>(Func<T> run)
    {
        try
        {
            return run();
        }
        catch (Store.Disk.DiskException failure) when (failure.IsInUse)
        {
            throw new CommandException(ExitCode.Conflict, $"{failure.Message} Stop the server first.", failure);
        }
        catch (IOException failure)
        {
            throw new CommandException(ExitCode.Failed, failure.Message, failure);
        }
        catch (ArgumentException failure)
        {
            throw new CommandException(ExitCode.Usage, failure.Message, failure);
        }
    }

    private static Command Create(string name, string description, IEnumerable<Symbol> symbols)
    {
        var command = new Command(name, description);
        foreach (var symbol in symbols)
        {
            if (symbol is Argument argument)
                command.Add(argument);
            else if (symbol is Option option)
                command.Add(option);
        }

        return command;
    }
}
