namespace Divvy.Cli.Output;

/// <summary>A command ends with a code and one message for people: what failed, on which object, what to do
/// next.</summary>
internal sealed class CommandException(ExitCode code, string message, Exception? inner = null)
    : Exception(message, inner)
{
    public ExitCode Code { get; } = code;
}
