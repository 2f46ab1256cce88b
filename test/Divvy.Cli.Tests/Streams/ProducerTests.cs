using System.Runtime.CompilerServices;
using Divvy.Cli.Streams.Production;
using Divvy.Core.Streams;
using Divvy.Streams.Kinesis;
using Divvy.TestKit;

namespace Divvy.Cli.Tests.Streams;

/// <summary>The producer's pace, on virtual time.</summary>
public sealed class ProducerTests
{
    private static readonly TimeSpan pause = TimeSpan.FromMilliseconds(100);

    private readonly ManualTimeProvider clock = new();
    private readonly CountingClient client = new();

    [Fact]
    public async Task Run_Duration_WritesABatchEachPauseAndNoneMore()
    {
        var run = RunAsync(new ProduceSettings(50, pause, null, TimeSpan.FromSeconds(1)), default);
        for (var batch = 1; batch < 10; batch++)
        {
            await clock.WaitForTimerAsync(pause);
            client.Batches.Count.ShouldBe(batch);
            clock.Advance(pause);
        }

        var report = await run.WaitAsync(ManualTimeProvider.DefaultWait);

        report.Records.ShouldBe(500);
        client.Batches.ShouldAllBe(size => size == 50);
    }

    [Fact]
    public async Task Run_Count_EndsWithASmallerBatch()
    {
        var report = await RunAsync(new ProduceSettings(50, TimeSpan.Zero, 120, null), default);

        report.Records.ShouldBe(120);
        client.Batches.ShouldBe([50, 50, 20]);
    }

    [Fact]
    public async Task Run_AskedToStop_EndsWithAWholeBatch()
    {
        using var stop = new CancellationTokenSource();
        var run = RunAsync(new ProduceSettings(50, pause, null, null), stop.Token);
        await clock.WaitForTimerAsync(pause);

        await stop.CancelAsync();

        (await run.WaitAsync(ManualTimeProvider.DefaultWait)).Records.ShouldBe(50);
    }

    private Task<ProduceReport> RunAsync(ProduceSettings settings, CancellationToken stop) =>
        new Producer(client, "s", "run", new EventSource("run", 100, new Random(1)), clock)
            .RunAsync(settings, _ => { }, stop);

    /// <summary>Stores nothing, and says how large the batches were.</summary>
    private sealed class CountingClient : IKinesisClient
    {
        public List<int> Batches { get; } = [];

        public Task<IReadOnlyList<PutReceipt>> PutRecordsAsync(
            string stream, IReadOnlyList<PutEntry> entries, CancellationToken cancellationToken)
        {
            Batches.Add(entries.Count);
            return Task.FromResult<IReadOnlyList<PutReceipt>>([]);
        }

        public void Dispose()
        {
            // It holds nothing.
        }

        public ValueTask<IReadOnlyList<StreamShard>> ListShardsAsync(string stream, CancellationToken cancellationToken) =>
            throw Unexpected();

        public Task<string> GetShardIteratorAsync(
            string stream, string shard, ShardIteratorRequest position, CancellationToken cancellationToken) =>
            throw Unexpected();

        public Task<RecordBatch> GetRecordsAsync(
            string iterator,
            int limit,
            Func<long, CancellationToken, ValueTask>? admit,
            CancellationToken cancellationToken) =>
            throw Unexpected();

        public Task<PutReceipt> PutRecordAsync(string stream, PutEntry entry, CancellationToken cancellationToken) =>
            throw Unexpected();

        public Task CreateStreamAsync(string stream, int shards, CancellationToken cancellationToken) =>
            throw Unexpected();

        public Task DeleteStreamAsync(string stream, CancellationToken cancellationToken) => throw Unexpected();

        public Task<StreamSummary> DescribeStreamAsync(string stream, CancellationToken cancellationToken) =>
            throw Unexpected();

        public Task SplitShardAsync(
            string stream, string shard, UInt128 newStartingHashKey, CancellationToken cancellationToken) =>
            throw Unexpected();

        public Task MergeShardsAsync(
            string stream, string shard, string adjacentShard, CancellationToken cancellationToken) =>
            throw Unexpected();

        public Task UpdateShardCountAsync(string stream, int shards, CancellationToken cancellationToken) =>
            throw Unexpected();

        public Task<StreamConsumer> RegisterStreamConsumerAsync(
            string streamArn, string consumerName, CancellationToken cancellationToken) =>
            throw Unexpected();

        public Task DeregisterStreamConsumerAsync(string consumerArn, CancellationToken cancellationToken) =>
            throw Unexpected();

        public IAsyncEnumerable<RecordBatch> SubscribeToShardAsync(
            string consumerArn,
            string shard,
            ShardIteratorRequest position,
            Func<int, CancellationToken, ValueTask>? admit,
            CancellationToken cancellationToken) =>
            throw Unexpected();

        private static InvalidOperationException Unexpected([CallerMemberName] string call = "") =>
            new($"a producer does not call {call}");
    }
}
