using System.CommandLine;

namespace Divvy.Cli.Output;

/// <summary><c>-o table|json</c>, the same on every command that prints a result.</summary>
internal static class OutputOption
{
    public static Option<OutputFormat> Create() => new("--output", "-o")
    {
        Description = "How to print the result: table (for people) or json (for programs).",
        HelpName = "table|json",
        DefaultValueFactory = _ => OutputFormat.Table,
    };
}
