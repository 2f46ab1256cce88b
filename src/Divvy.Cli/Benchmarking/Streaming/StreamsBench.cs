using System.CommandLine;
using System.Globalization;
using Divvy.Cli.Output;
using Divvy.Cli.Parsing;
using Divvy.Cli.Processes;
using Divvy.Cli.Streams.Emulation;
using Divvy.Streams.Kinesis;

namespace Divvy.Cli.Benchmarking.Streaming;

/// <summary><c>divvy bench streams</c>: the stream worker against a bare HTTP loop on the same emulator.</summary>
internal sealed class StreamsBench
{
    private readonly Option<int> shards = TypedOption.Number("--shards", 30, 1, 1_000, "Shards of the stream.");
    private readonly Option<int> records = TypedOption.Number(
        "--records", 300_000, 1, 100_000_000, "Records of the stream.");
    private readonly Option<int> size = TypedOption.Number("--size", 100, 0, 1 << 20, "Bytes of a record.");
    private readonly Option<int> repetitions = TypedOption.Number(
        "--repetitions", 5, 1, 100, "Runs of each, in turns; one before them does not count.");
    private readonly Option<Duration> stalled = TypedOption.Duration(
        "--stalled",
        Duration.Seconds(60),
        "Then watch the memory of a worker process whose processor stalls for so long; 0s does not.");
    private readonly Option<string?> json = new("--json")
    {
        Description = "Also write every run here.",
        HelpName = "FILE",
    };

    private StreamsBench()
    {
    }

    /// <param name="console">Where the table goes.</param>
    /// <param name="others">Options of the other benchmarks, which this one does not take.</param>
    public static Command Create(CommandConsole console, BenchOptions others)
    {
        var bench = new StreamsBench();
        var command = new Command(
            "streams",
            "Measure the stream worker against a bare HTTP loop, and its memory with a stalled processor, on emulators "
                + "started here; exit code 1 if a bar is missed.")
        {
            bench.shards, bench.records, bench.size, bench.repetitions, bench.stalled, bench.json,
        };
        command.SetAction(async (parsed, cancellationToken) =>
        {
            if (others.Given(parsed).FirstOrDefault() is { } stray)
            {
                throw new CommandException(
                    ExitCode.Usage, $"{stray} is not for streams, which starts its own emulators.");
            }
            if (!OperatingSystem.IsLinux())
                throw new CommandException(ExitCode.Usage, "streams reads memory from /proc: it needs Linux.");
            using var stop = new StopSignal(isSupervised: false, cancellationToken);
            var report = await RunAsync(console, bench.Read(parsed), stop.Token);
            if (parsed.GetValue(bench.json) is { } file)
                CommandConsole.WriteJson(file, report);
            StreamText.Write(console.Output, report);
            return (int)(report.Passed ? ExitCode.Ok : ExitCode.Failed);
        });
        return command;
    }

    private StreamSettings Read(ParseResult parsed)
    {
        var settings = new StreamSettings(
            parsed.GetValue(shards),
            parsed.GetValue(records),
            parsed.GetValue(size),
            parsed.GetValue(repetitions),
            parsed.GetValue(stalled).Value);
        return settings.PerShard > 0
            ? settings
            : throw new CommandException(ExitCode.Usage, "--records: at least one for each of --shards.");
    }

    private static async Task<StreamReport> RunAsync(
        CommandConsole console, StreamSettings settings, CancellationToken cancellationToken)
    {
        var (emulators, ports) = await EmulatorProcess.StartAsync(
            new(0, 0, settings.Shards, EmulatorFiles.DefaultDirectory), console, cancellationToken);
        await using (emulators)
        {
            console.Error.WriteLine($"writing {settings.Records} records to {settings.Shards} shards");
            using var kinesis = new KinesisClient(KinesisClientOptions.ForEmulator(ports.KinesisAddress));
            var names = await FilledStream.CreateAsync(kinesis, settings, cancellationToken);
            var (bare, worker) = (new List<StreamSample>(), new List<StreamSample>());
            for (var round = 0; round <= settings.Repetitions; round++)
            {
                var one = await RunBareAsync(emulators, ports, names, settings, cancellationToken);
                var other = await WorkerRun.RunAsync(
                    emulators,
                    ports,
                    settings,
                    string.Create(CultureInfo.InvariantCulture, $"{StreamSettings.Stream}-{round}"),
                    cancellationToken);
                console.Error.WriteLine(string.Create(
                    CultureInfo.InvariantCulture,
                    $"round {round}: bare {one.PerSecond:0}/s, worker {other.PerSecond:0}/s"));
                // The first one of each compiles and warms.
                if (round == 0)
                    continue;
                bare.Add(one);
                worker.Add(other);
            }
            if (settings.Stalled == TimeSpan.Zero)
                return new(settings, bare, worker, null, null);
            var memory = await StalledWorker.RunAsync(ports, settings.Stalled, isSmall: false, cancellationToken);
            var small = await StalledWorker.RunAsync(ports, settings.Stalled, isSmall: true, cancellationToken);
            return new(settings, bare, worker, memory, small);
        }
    }

    private static async Task<StreamSample> RunBareAsync(
        EmulatorProcess emulators,
        EmulatorPorts ports,
        IReadOnlyList<string> shards,
        StreamSettings settings,
        CancellationToken cancellationToken)
    {
        using var loop = new BareLoop(ports.KinesisAddress);
        var clock = new SampleClock(emulators.Id);
        var reads = await loop.RunAsync(shards, settings.PerShard, cancellationToken);
        return clock.Stop((long)settings.PerShard * settings.Shards, reads);
    }
}
