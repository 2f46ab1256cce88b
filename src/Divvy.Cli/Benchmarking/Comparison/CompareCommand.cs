using System.CommandLine;
using Divvy.Cli.Output;
using Divvy.Cli.Processes;

namespace Divvy.Cli.Benchmarking.Comparison;

/// <summary><c>divvy bench compare</c>.</summary>
internal static class CompareCommand
{
    /// <param name="console">Where the table goes.</param>
    /// <param name="others">Options of the other benchmarks, which this one does not take.</param>
    public static Command Create(CommandConsole console, BenchOptions others)
    {
        var options = new CompareOptions();
        var command = new Command(
            "compare", "Measure the embedded store against etcd: both started here, in turns, as a table.");
        foreach (var option in options.All)
            command.Options.Add(option);
        command.SetAction((parsed, cancellationToken) =>
        {
            if (others.Given(parsed).FirstOrDefault() is { } stray)
            {
                throw new CommandException(
                    ExitCode.Usage, $"{stray} is not for compare, which starts its own servers and loads.");
            }

            return RunAsync(console, options.Read(parsed), parsed.GetValue(options.Json), cancellationToken);
        });
        return command;
    }

    private static async Task<int> RunAsync(
        CommandConsole console, ComparisonSettings settings, string? file, CancellationToken cancellationToken)
    {
        if (!OperatingSystem.IsLinux())
        {
            throw new CommandException(
                ExitCode.Usage, "compare reads the servers' processor time from /proc: it needs Linux.");
        }

        using var stop = new StopSignal(isSupervised: false, cancellationToken);
        var folder = Path.Combine(settings.Folder, $"divvy-compare-{Environment.ProcessId}");
        Directory.CreateDirectory(folder);
        try
        {
            var run = new ComparisonRun(settings with { Folder = folder }, console.Error.WriteLine);
            var report = await run.RunAsync(stop.Token);
            if (file is not null)
                CommandConsole.WriteJson(file, report);
            ComparisonTable.Write(console.Output, report);
            return (int)ExitCode.Ok;
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }
}
