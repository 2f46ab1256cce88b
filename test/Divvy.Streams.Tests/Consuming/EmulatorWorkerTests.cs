using System.Collections.Concurrent;
using System.Globalization;
using Divvy.Streams.Consuming;
using Divvy.Streams.Kinesis;
using Divvy.Streams.Tests.Consuming.Fakes;
using Divvy.Streams.Tests.Kinesis;
using Divvy.TestKit.Kinesis;
using Microsoft.Extensions.Logging.Abstractions;

namespace Divvy.Streams.Tests.Consuming;

/// <summary>The worker on a Kinesis that somebody else wrote.</summary>
[Collection(EmulatorCollection.Name)]
public sealed class EmulatorWorkerTests(EmulatorFixture emulator)
{
    private const int Keys = 200;

    [EmulatorFact]
    public async Task Split_WhileRecordsOverManyKeysFlow_LosesNothingAndKeepsEveryOrder()
    {
        const int rounds = 12;
        using var kinesis = StreamFixtures.Client(emulator.Kinesis);
        var stream = await kinesis.NewStreamAsync(4);
        var order = new ConcurrentDictionary<string, List<int>>();
        var log = new EventLog();
        var leases = new FakeLeaseStore { GrantsChildren = true, Shards = kinesis };
        var script = new ProcessorScript
        {
            Checkpoints = true,
            Process = (batch, _) =>
            {
                foreach (var record in batch.Records)
                {
                    var list = order.GetOrAdd(record.PartitionKey, _ => []);
                    lock (list)
                        list.Add(int.Parse(record.Text(), CultureInfo.InvariantCulture));
                    log.Add("record");
                }
                return Task.CompletedTask;
            },
        };
        await using var worker = new StreamWorker(
            new() { ApplicationName = "app", Streams = [stream], IdleTime = TimeSpan.FromMilliseconds(50) },
            leases,
            kinesis,
            () => new RecordingProcessor(new EventLog(), script),
            TimeProvider.System,
            NullLogger<StreamWorker>.Instance);
        await worker.StartAsync(default);
        foreach (var shard in await kinesis.ListShardsAsync(stream, default))
            leases.Grant(stream, shard.Id);

        for (var round = 0; round < rounds; round++)
        {
            await kinesis.PutRecordsAsync(
                stream,
                [.. Enumerable.Range(0, Keys).Select(key =>
                    StreamFixtures.Entry($"key-{key}", $"{round}"))],
                default);
            if (round is 3 or 6)
                await SplitFirstOpenAsync(kinesis, stream);
        }

        await log.WaitForAsync(events => events.Count >= rounds * Keys, "every record");
        order.Count.ShouldBe(Keys);
        order.Values.ShouldAllBe(list => list.SequenceEqual(Enumerable.Range(0, rounds)));
    }

    [EmulatorFact]
    public async Task Read_ThroughBurstsOfEveryFault_ProcessesEachRecordOnceInOrder()
    {
        const int records = 300;
        await using var proxy = await FaultProxy.StartAsync(emulator.Kinesis);
        using var kinesis = StreamFixtures.Client(proxy.Address);
        var stream = await kinesis.NewStreamAsync();
        await kinesis.PutRecordsAsync(
            stream,
            [.. Enumerable.Range(0, records).Select(number =>
                StreamFixtures.Entry("key", $"{number}"))],
            default);
        proxy.Plan("GetShardIterator", Fault.Unavailable, Fault.ExpiredToken)
            .Plan(
                "GetRecords", Fault.Throughput, Fault.ExpiredIterator, Fault.Internal, Fault.CutAnswer,
                Fault.ExpiredToken, Fault.ExpiredIterator, Fault.Cut);
        var log = new EventLog();
        var leases = new FakeLeaseStore();
        var options = new StreamConsumerOptions
        {
            ApplicationName = "app",
            Streams = [stream],
            IdleTime = TimeSpan.FromMilliseconds(20),
            GetRecordsLimit = 50,
            ReadInterval = TimeSpan.Zero,
        };
        await using var worker = new StreamWorker(
            options,
            leases,
            kinesis,
            () => new RecordingProcessor(log, new ProcessorScript()),
            TimeProvider.System,
            NullLogger<StreamWorker>.Instance);
        await worker.StartAsync(default);
        var shard = FakeKinesisClient.Id(0);
        leases.Grant(stream, shard);

        await log.WaitForAsync($"{shard} {records - 1}");

        log.Events.ShouldBe(
            [$"{shard} initialize", .. Enumerable.Range(0, records).Select(number => $"{shard} {number}")]);
    }

    private static async Task SplitFirstOpenAsync(KinesisClient kinesis, string stream)
    {
        var shards = await kinesis.ListShardsAsync(stream, default);
        var keys = shards.First(shard => !shard.IsClosed);
        var middle = keys.HashKeys.Start + ((keys.HashKeys.End - keys.HashKeys.Start) / 2);
        await kinesis.SplitShardAsync(stream, keys.Id, middle, default);
        await kinesis.WaitUntilActiveAsync(stream);
    }
}
