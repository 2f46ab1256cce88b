using System.CommandLine;
using Divvy.Cli.Output;
using Divvy.Cli.Parsing;

namespace Divvy.Cli.Admin;

/// <summary><c>--server</c>: which servers to use; the variable, or the default address, if not said.</summary>
internal static class ServerListOption
{
    public const string Variable = "DIVVY_SERVER";
    public const string Default = "http://127.0.0.1:8080";

    public static Option<ServerList?> Create() => TypedOption.Servers(
        "--server", $"The servers, any of which will do; {Variable}, or {Default}, if not said.");

    public static IReadOnlyList<Uri> Read(ServerList? given, CommandConsole console)
    {
        if (given is not null)
            return given.Servers;
        var text = console.Variable(Variable) is { Length: > 0 } variable ? variable : Default;
        return ServerList.TryParse(text, out var list, out var error)
            ? list!.Servers
            : throw new CommandException(ExitCode.Usage, $"{Variable}: {error}");
    }
}
