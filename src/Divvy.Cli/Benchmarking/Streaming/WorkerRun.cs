using Amazon.Runtime;
using Divvy.Cli.Output;
using Divvy.Cli.Streams.Emulation;
using Divvy.Streams.Consuming;
using Divvy.Streams.Hosting;
using Divvy.Streams.Kinesis;
using Microsoft.Extensions.Logging.Abstractions;

namespace Divvy.Cli.Benchmarking.Streaming;

/// <summary>Reads the stream with one stream worker as an application would: leases in the emulator's lease table, a
/// checkpoint of each shard every second, all other options as they are by default.</summary>
internal static class WorkerRun
{
    private static readonly TimeSpan patience = TimeSpan.FromMinutes(5);

    /// <param name="emulators">Their process.</param>
    /// <param name="ports">Where they are.</param>
    /// <param name="settings">How much there is to read.</param>
    /// <param name="application">One that has no lease table yet.</param>
    /// <param name="cancellationToken">Ends it.</param>
    public static async Task<StreamSample> RunAsync(
        EmulatorProcess emulators,
        EmulatorPorts ports,
        StreamSettings settings,
        string application,
        CancellationToken cancellationToken)
    {
        var options = new StreamConsumerOptions
        {
            ApplicationName = application,
            Streams = [StreamSettings.Stream],
            Kinesis = KinesisClientOptions.ForEmulator(ports.KinesisAddress),
            AutoCheckpoint = TimeSpan.FromSeconds(1),
        };
        options.Table.Endpoint = ports.DynamoDbAddress;
        options.Table.Region = "us-east-1";
        options.Table.Credentials = new BasicAWSCredentials("emulator", "emulator");
        using var kinesis = new KinesisClient(options.Kinesis);
        var count = new RecordCount((long)settings.PerShard * settings.Shards, emulators.Id);
        await using var worker = new StreamWorker(
            options,
            LeaseStores.Create(options, kinesis, TimeProvider.System, NullLoggerFactory.Instance),
            kinesis,
            () => new CountingProcessor(count),
            TimeProvider.System,
            NullLogger<StreamWorker>.Instance);
        await worker.StartAsync(cancellationToken);
        try
        {
            return await count.Done.WaitAsync(patience, cancellationToken);
        }
        catch (TimeoutException failure)
        {
            throw new CommandException(
                ExitCode.Failed, $"the worker had not read the stream after {patience.TotalMinutes} minutes", failure);
        }
        finally
        {
            await worker.StopAsync(CancellationToken.None);
        }
    }
}
