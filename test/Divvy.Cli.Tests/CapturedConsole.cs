using Divvy.Cli.Output;

namespace Divvy.Cli.Tests;

/// <summary>Runs a command line in this process and keeps what it printed.</summary>
internal sealed class CapturedConsole
{
    private readonly StringWriter output = new();
    private readonly StringWriter error = new();
    private readonly Dictionary<string, string> variables = [];

    public string Output => output.ToString();

    public string Error => error.ToString();

    public CapturedConsole With(string variable, string value)
    {
        variables[variable] = value;
        return this;
    }

    public async Task<ExitCode> RunAsync(params string[] arguments) => (ExitCode)await CommandLine.RunAsync(
        arguments,
        new CommandConsole(output, error, IsInteractive: false, variables.GetValueOrDefault),
        CancellationToken.None);
}
