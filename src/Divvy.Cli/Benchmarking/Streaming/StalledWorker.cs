using System.Globalization;
using Divvy.Cli.Output;
using Divvy.Cli.Processes;
using Divvy.Cli.Streams.Consuming;
using Divvy.Cli.Streams.Emulation;

namespace Divvy.Cli.Benchmarking.Streaming;

/// <summary>A worker process (<c>divvy stream consume</c>) whose processor takes an hour for a batch: reads ahead until
/// its limit, and is watched while it holds that.</summary>
internal static class StalledWorker
{
    private const string Application = "divvy-bench-stalled";
    private const double KilobytesPerMegabyte = 1024;
    private static readonly TimeSpan probe = TimeSpan.FromMilliseconds(250);

    /// <summary>The runtime's settings for a worker with little memory, as docs/streams.md recommends them: methods are
    /// compiled once, the heap has a limit, and the collector does not wait until what was allocated fills the
    /// processor's cache.</summary>
    private static readonly Dictionary<string, string> smallSettings = new()
    {
        ["DOTNET_TieredCompilation"] = "0",
        ["DOTNET_gcConcurrent"] = "0",
        ["DOTNET_GCGen0MaxBudget"] = "400000",
        ["DOTNET_GCHeapHardLimit"] = "4000000",
    };

    private static readonly TimeSpan patience = TimeSpan.FromSeconds(60);

    /// <param name="ports">Where the emulators are.</param>
    /// <param name="watched">For so long.</param>
    /// <param name="isSmall">With the runtime's settings for little memory; else with none.</param>
    /// <param name="cancellationToken">Ends it.</param>
    public static async Task<StalledMemory> RunAsync(
        EmulatorPorts ports, TimeSpan watched, bool isSmall, CancellationToken cancellationToken)
    {
        var application = isSmall ? $"{Application}-small" : Application;
        var ready = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        await using var worker = ChildProcess.StartSupervised(
            "stalled",
            [
                "stream", "consume", "--stream", StreamSettings.Stream, "--application", application, "--batch-time",
                "1h", "--endpoint", $"{ports.KinesisAddress}", "--dynamodb", $"{ports.DynamoDbAddress}",
            ],
            onError: Look,
            onOutput: Look,
            environment: isSmall ? smallSettings : null);
        await Task.WhenAny(ready.Task, worker.Exited).WaitAsync(patience, cancellationToken);
        if (!ready.Task.IsCompleted)
            throw new CommandException(ExitCode.Failed, $"the stalled worker ended at once: {worker.Tail}");
        var idle = Megabytes(worker.Id, "VmRSS");
        for (var passed = TimeSpan.Zero; passed < watched; passed += probe)
        {
            await Task.Delay(probe, cancellationToken);
            if (worker.HasExited)
                throw new CommandException(ExitCode.Failed, $"the stalled worker ended: {worker.Tail}");
        }
        return new(
            idle,
            Megabytes(worker.Id, "VmRSS"),
            Megabytes(worker.Id, "VmHWM"),
            Private(worker.Id),
            watched.TotalSeconds);

        void Look(string line)
        {
            if (line.Contains(ConsumeLog.ReadyPhrase, StringComparison.Ordinal))
                ready.TrySetResult();
        }
    }

    /// <summary>Compiled code is in shared memory that nobody else has, because it is mapped twice.</summary>
    private static double Private(int process) => Megabytes(process, "RssAnon") + Megabytes(process, "RssShmem");

    /// <summary>Megabytes of a line of <c>/proc/PID/status</c>; 0 when it is not there.</summary>
    private static double Megabytes(int process, string name)
    {
        var line = File.ReadLines($"/proc/{process}/status")
            .FirstOrDefault(text => text.StartsWith(name, StringComparison.Ordinal));
        return line is null
            ? 0
            : double.Parse(
                line.Split(' ', StringSplitOptions.RemoveEmptyEntries)[1], CultureInfo.InvariantCulture)
                / KilobytesPerMegabyte;
    }
}
