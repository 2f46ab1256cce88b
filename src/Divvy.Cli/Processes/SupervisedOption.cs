using System.CommandLine;

namespace Divvy.Cli.Processes;

/// <summary><c>--supervised</c>, hidden: how <c>divvy up</c> and the lab start their children.</summary>
internal static class SupervisedOption
{
    public const string Name = "--supervised";

    public static Option<bool> Create() => new(Name)
    {
        Description = "End when the standard input ends, and leave Ctrl-C to whoever holds its other end.",
        Hidden = true,
    };
}
