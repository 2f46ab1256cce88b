using System.CommandLine;
using Divvy.Cli.Output;
using Divvy.Cli.Parsing;
using Divvy.Cli.Processes;

namespace Divvy.Cli.Streams.Emulation;

/// <summary><c>divvy stream emulator</c>.</summary>
internal static class EmulatorCommand
{
    private const int MaxPort = 65_535;
    private const int MaxShardLimit = 1_000_000;

    public static Command Create(CommandConsole console)
    {
        var kinesis = TypedOption.Number("--kinesis-port", 4567, 0, MaxPort, "Port of Kinesis; 0: a free one.");
        var dynamoDb = TypedOption.Number("--dynamodb-port", 4568, 0, MaxPort, "Port of DynamoDB; 0: a free one.");
        var shards = TypedOption.Number(
            "--shard-limit", 10_000, 1, MaxShardLimit, "Open shards of all streams together.");
        var directory = new Option<string?>("--directory")
        {
            Description = "Where the emulators are installed at the first start; divvy/emulators in the user's data "
                + "folder, if not said.",
            HelpName = "DIR",
        };
        var supervised = SupervisedOption.Create();
        var command = new Command(
            "emulator", "Run emulators of Kinesis and DynamoDB on loopback, in memory, until Ctrl-C (needs Node.js).")
        {
            kinesis, dynamoDb, shards, directory, supervised,
        };
        command.SetAction(async (parsed, cancellationToken) =>
        {
            using var stop = new StopSignal(parsed.GetValue(supervised), cancellationToken);
            var settings = new EmulatorSettings(
                parsed.GetValue(kinesis),
                parsed.GetValue(dynamoDb),
                parsed.GetValue(shards),
                parsed.GetValue(directory) ?? EmulatorFiles.DefaultDirectory);
            return (int)await RunAsync(settings, console, stop);
        });
        return command;
    }

    private static async Task<ExitCode> RunAsync(EmulatorSettings settings, CommandConsole console, StopSignal stop)
    {
        var (process, ports) = await EmulatorProcess.StartAsync(settings, console, stop.Token);
        await using var emulator = process;
        await console.Output.WriteLineAsync(
            $"ready: Kinesis at {ports.KinesisAddress}, DynamoDB at {ports.DynamoDbAddress} (Ctrl-C ends them)");
        await console.Output.FlushAsync(CancellationToken.None);
        if (await Task.WhenAny(emulator.Exited, stop.WaitAsync()) != emulator.Exited)
            return ExitCode.Ok;
        await console.Error.WriteLineAsync(
            $"divvy: the emulators ended with exit code {await emulator.Exited}: {emulator.Tail}");
        return ExitCode.Failed;
    }
}
