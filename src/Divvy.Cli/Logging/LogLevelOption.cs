using System.CommandLine;
using Microsoft.Extensions.Logging;

namespace Divvy.Cli.Logging;

/// <summary><c>--log-level</c>.</summary>
internal static class LogLevelOption
{
    public static Option<LogLevel> Create(LogLevel standard = LogLevel.Information) => new("--log-level")
    {
        Description = "The least important log lines to print: trace, debug, information, warning or error.",
        HelpName = "LEVEL",
        DefaultValueFactory = _ => standard,
    };
}
