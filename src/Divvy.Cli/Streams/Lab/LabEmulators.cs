using Divvy.Cli.Output;
using Divvy.Cli.Streams.Emulation;

namespace Divvy.Cli.Streams.Lab;

/// <summary>The services of one stage of the lab. Kinesis and DynamoDB have a process each, as they do not wait for
/// each other elsewhere either, and a stage has its own, which know nothing of the other stage's records.</summary>
internal sealed class LabEmulators : IAsyncDisposable
{
    private readonly List<EmulatorProcess> processes = [];

    private LabEmulators()
    {
    }

    public Uri Kinesis { get; private set; } = null!;

    /// <summary>Null: the stage needs none.</summary>
    public Uri? DynamoDb { get; private set; }

    public static async Task<LabEmulators> StartAsync(
        bool hasTables, int shardLimit, CommandConsole console, CancellationToken cancellationToken)
    {
        var emulators = new LabEmulators();
        try
        {
            emulators.Kinesis = (await emulators.StartAsync(shardLimit, console, cancellationToken)).KinesisAddress;
            if (hasTables)
                emulators.DynamoDb = (await emulators.StartAsync(1, console, cancellationToken)).DynamoDbAddress;
            return emulators;
        }
        catch
        {
            await emulators.DisposeAsync();
            throw;
        }
    }

    public async ValueTask DisposeAsync()
    {
        foreach (var process in processes)
            await process.DisposeAsync();
    }

    private async Task<EmulatorPorts> StartAsync(
        int shardLimit, CommandConsole console, CancellationToken cancellationToken)
    {
        var (process, ports) = await EmulatorProcess.StartAsync(
            new EmulatorSettings(0, 0, shardLimit, EmulatorFiles.DefaultDirectory), console, cancellationToken);
        processes.Add(process);
        return ports;
    }
}
