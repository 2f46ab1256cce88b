using System.Globalization;
using System.Text;
using System.Text.Json;
using Divvy.Cli.Admin;
using Divvy.Cli.Load;
using Divvy.Cli.Output;
using Divvy.Cli.Parsing;
using Divvy.Cli.Processes;

namespace Divvy.Cli.Lab;

/// <summary>A <c>divvy load</c> process that runs while a scenario disturbs.</summary>
internal sealed class LabLoad
{
    private static readonly TimeSpan WarmUp = TimeSpan.FromSeconds(3);

    /// <summary>The process has to start before its warm-up can be over.</summary>
    private static readonly TimeSpan StartUp = TimeSpan.FromSeconds(1);

    private static readonly TimeSpan CoolDown = TimeSpan.FromSeconds(1);

    private readonly ChildProcess process;
    private readonly StringBuilder output;

    private LabLoad(ChildProcess process, StringBuilder output)
    {
        this.process = process;
        this.output = output;
    }

    /// <summary>Starts it and gives it time to warm up.</summary>
    public static async Task<LabLoad> StartAsync(
        LabStage stage, LabProcesses processes, int requestsPerSecond, CancellationToken cancellationToken)
    {
        var output = new StringBuilder();
        var log = processes.Log("load");
        var process = ChildProcess.StartSupervised(
            "load",
            [
                "load", "--namespace", stage.Name, "--server", stage.Addresses, "--rps", Text(requestsPerSecond),
                "--duration", "24h", "--warm-up", new Duration(WarmUp).ToString(), "--keys", Text(10 * stage.Shards),
                "-o", "json",
            ],
            line => output.AppendLine(line),
            log);
        processes.Adopt(process);
        await Task.Delay(StartUp + WarmUp, cancellationToken);
        return new LabLoad(process, output);
    }

    /// <summary>Lets it run a little longer, ends it, and returns what it saw.</summary>
    public async Task<LoadReport> StopAsync(CancellationToken cancellationToken)
    {
        await Task.Delay(CoolDown, cancellationToken);
        var code = await process.StopAsync(LabStage.Patience);
        try
        {
            return JsonSerializer.Deserialize<LoadReport>(output.ToString(), AdminClient.Json)
                ?? throw new JsonException("null");
        }
        catch (JsonException failure)
        {
            throw new CommandException(
                ExitCode.Failed, $"load ended with {code} and without a report:\n  {process.Tail}", failure);
        }
    }

    private static string Text(int number) => number.ToString(CultureInfo.InvariantCulture);
}
