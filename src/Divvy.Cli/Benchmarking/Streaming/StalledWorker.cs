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
    private static readonly TimeSpan patience = TimeSpan.FromSeconds(60);

    public static async Task<StalledMemory> RunAsync(
        EmulatorPorts ports, TimeSpan watched, CancellationToken cancellationToken)
    {
        var ready = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        await using var worker = ChildProcess.StartSupervised(
            "stalled",
            [
                "stream", "consume", "--stream", StreamSettings.Stream, "--application", Application, "--batch-time",
                "1h", "--endpoint", $"{ports.KinesisAddress}", "--dynamodb", $"{ports.DynamoDbAddress}",
            ],
            onError: Look,
            onOutput: Look);
        await Task.WhenAny(ready.Task, worker.Exited).WaitAsync(patience, cancellationToken);
        if (!ready.Task.IsCompleted)
            throw new CommandException(ExitCode.Failed, $"the stalled worker ended at once: {worker.Tail}");
        var idle = Private(worker.Id);
        var most = idle;
        for (var passed = TimeSpan.Zero; passed < watched; passed += probe)
        {
            await Task.Delay(probe, cancellationToken);
            if (worker.HasExited)
                throw new CommandException(ExitCode.Failed, $"the stalled worker ended: {worker.Tail}");
            most = Math.Max(most, Private(worker.Id));
        }
        return new(idle, most, Megabytes(worker.Id, "VmHWM"), watched.TotalSeconds);

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
