using System.CommandLine;
using Divvy.Cli.Output;

namespace Divvy.Cli.Admin;

/// <summary>One use of an admin command: what was typed, whom to ask, and how to show the answer.</summary>
internal sealed record AdminCall(
    AdminClient Client, CommandConsole Console, ParseResult Parsed, string Namespace, OutputFormat Format)
{
    /// <summary>The path of something in the namespace.</summary>
    public string Path(params string[] segments) =>
        string.Join('/', segments.Prepend(Namespace).Select(Uri.EscapeDataString).Prepend("namespaces"));

    /// <summary>Prints an answer: as it came, or as a table.</summary>
    public void Show<T>(T answer, Func<T, TextTable> table)
    {
        if (Format == OutputFormat.Json)
            Console.WriteJson(answer);
        else
            table(answer).WriteTo(Console.Output);
    }
}
