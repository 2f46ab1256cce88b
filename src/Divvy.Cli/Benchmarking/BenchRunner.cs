using System.CommandLine;
using Divvy.Cli.Benchmarking.Reports;
using Divvy.Cli.Output;
using Divvy.Cli.Processes;
using Divvy.Rpc;

namespace Divvy.Cli.Benchmarking;

/// <summary>What every benchmark command does around its own work: settings, Ctrl-C, connections, printing, the exit
/// code.</summary>
internal sealed class BenchRunner(CommandConsole console, BenchOptions options)
{
    public CommandConsole Console { get; } = console;

    /// <summary>Makes the action of a command out of its work.</summary>
    /// <param name="command">Gets the action.</param>
    /// <param name="work">Checks what was typed, and returns what to do once connected.</param>
    public void Attach(
        Command command,
        Func<ParseResult, Func<BenchSession, CancellationToken, Task<IReadOnlyList<BenchResult>>>> work) =>
        command.SetAction(async (parsed, cancellationToken) =>
        {
            var settings = options.Read(parsed);
            var run = work(parsed);
            using var stop = new StopSignal(isSupervised: false, cancellationToken);
            await using var session = await BenchSession.OpenAsync(settings, stop.Token);
            try
            {
                return (int)Print(command.Name, settings, await run(session, stop.Token));
            }
            catch (RpcException failure)
            {
                var code = failure.Code == RpcStatusCode.Unavailable ? ExitCode.Unreachable : ExitCode.Failed;
                throw new CommandException(code, failure.Detail, failure);
            }
        });

    private ExitCode Print(string command, BenchSettings settings, IReadOnlyList<BenchResult> results)
    {
        if (settings.Format == OutputFormat.Json)
        {
            Console.WriteJson(new BenchDocument(command, [.. results.Select(BenchReport.Of)]));
        }
        else
        {
            foreach (var result in results)
            {
                if (results.Count > 1)
                    Console.Output.Write($"{result.Name} summary:\n");
                BenchText.Write(Console.Output, result.Summary, settings.IsPrecise);
            }
        }

        return results.Any(result => result.Summary.Failed > 0) ? ExitCode.Failed : ExitCode.Ok;
    }
}
