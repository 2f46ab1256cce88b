using System.Collections.Concurrent;
using System.Globalization;
using Divvy.Streams.Consuming;
using Divvy.Streams.Hosting;
using Divvy.Streams.Kinesis;
using Divvy.Streams.Tests.Consuming.Fakes;
using Divvy.Streams.Tests.Kinesis;
using Divvy.TestKit.Kinesis;
using Microsoft.Extensions.Logging.Abstractions;

namespace Divvy.Streams.Tests.Consuming;

/// <summary>Workers that share a stream by the lease table, on emulators.</summary>
[Collection(EmulatorCollection.Name)]
public sealed class SharedStreamTests(EmulatorFixture emulator)
{
    private const int Keys = 50;
    private const int Rounds = 40;

    private readonly ConcurrentDictionary<string, ConcurrentQueue<int>> delivered = new();
    private readonly EventLog log = new();

    /// <summary>A second worker joins and the first one leaves while records flow: both are planned handovers, so every
    /// record is processed once, in its key's order.</summary>
    [EmulatorFact]
    public async Task Handover_WhileRecordsFlow_ProcessesEveryRecordOnceInOrder()
    {
        using var kinesis = StreamFixtures.Client(emulator.Kinesis);
        var stream = await kinesis.NewStreamAsync(4);
        await using var first = Create(kinesis, stream, "worker-1");
        await first.StartAsync(default);
        await using var second = Create(kinesis, stream, "worker-2");
        for (var round = 0; round < Rounds; round++)
        {
            await kinesis.PutRecordsAsync(
                stream,
                [.. Enumerable.Range(0, Keys).Select(key => StreamFixtures.Entry($"key-{key}", $"{round}"))],
                default);
            if (round == Rounds / 4)
                await second.StartAsync(default);
            if (round == Rounds / 4)
                await log.WaitForAsync(events => events.Contains("worker-2 begins"), "worker-2 holds a shard");
            if (round == Rounds / 2)
                await first.StopAsync(default);
        }

        await log.WaitForAsync(
            events => events.Count(entry => entry == "record") >= Rounds * Keys, "every record");

        await second.StopAsync(default);
        delivered.Values.ShouldAllBe(numbers => numbers.SequenceEqual(Enumerable.Range(0, Rounds)));
        log.Events.Count(entry => entry == "record").ShouldBe(Rounds * Keys);
    }

    private StreamWorker Create(KinesisClient kinesis, string stream, string id)
    {
        var options = new StreamConsumerOptions
        {
            ApplicationName = $"app-{stream}",
            WorkerId = id,
            Streams = [stream],
            IdleTime = TimeSpan.FromMilliseconds(50),
        };
        options.Table.Endpoint = emulator.DynamoDb;
        options.Table.Region = "us-east-1";
        options.Table.Credentials = new Amazon.Runtime.BasicAWSCredentials("emulator", "emulator");
        var script = new ProcessorScript
        {
            Initialize = (start, _) =>
            {
                log.Add($"{start.Worker} begins");
                return Task.CompletedTask;
            },
            Process = (batch, _) =>
            {
                foreach (var record in batch.Records)
                {
                    delivered.GetOrAdd(record.PartitionKey, _ => new())
                        .Enqueue(int.Parse(record.Text(), CultureInfo.InvariantCulture));
                    log.Add("record");
                }
                return Task.CompletedTask;
            },
        };
        return new StreamWorker(
            options,
            LeaseStores.Create(options, kinesis, TimeProvider.System, NullLoggerFactory.Instance),
            kinesis,
            () => new RecordingProcessor(new EventLog(), script),
            TimeProvider.System,
            NullLogger<StreamWorker>.Instance);
    }
}
