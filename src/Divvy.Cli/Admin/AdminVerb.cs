using System.CommandLine;
using Divvy.Cli.Output;

namespace Divvy.Cli.Admin;

/// <summary>Makes the commands over the admin API: each gets <c>--server</c> and <c>-o</c> and, if it is about one
/// namespace, <c>--namespace</c>.</summary>
internal sealed class AdminVerb(CommandConsole console)
{
    public const string DefaultNamespace = "default";

    /// <summary>A command about one namespace.</summary>
    public Command InNamespace(
        string name, string description, IEnumerable<Symbol> symbols, Func<AdminCall, CancellationToken, Task> run)
    {
        var space = new Option<string>("--namespace", "-n")
        {
            Description = "The namespace.",
            HelpName = "NAME",
            DefaultValueFactory = _ => DefaultNamespace,
        };
        return Create(name, description, [.. symbols, space], parsed => parsed.GetRequiredValue(space), run);
    }

    /// <summary>A command about all namespaces.</summary>
    public Command Global(
        string name, string description, IEnumerable<Symbol> symbols, Func<AdminCall, CancellationToken, Task> run) =>
        Create(name, description, symbols, _ => "", run);

    private Command Create(
        string name,
        string description,
        IEnumerable<Symbol> symbols,
        Func<ParseResult, string> space,
        Func<AdminCall, CancellationToken, Task> run)
    {
        var server = ServerListOption.Create();
        var format = OutputOption.Create();
        var command = new Command(name, description);
        foreach (var symbol in symbols.Append(server).Append(format))
        {
            if (symbol is Argument argument)
                command.Add(argument);
            else if (symbol is Option option)
                command.Add(option);
        }
        command.SetAction(async (parsed, cancellationToken) =>
        {
            using var client = new AdminClient(ServerListOption.Read(parsed.GetValue(server), console));
            var call = new AdminCall(client, console, parsed, space(parsed), parsed.GetValue(format));
            await run(call, cancellationToken);
            return (int)ExitCode.Ok;
        });
        return command;
    }
}
