using System.Text;
using Divvy.Streams.Kinesis;
using Divvy.TestKit.Kinesis;

namespace Divvy.Streams.Tests.Kinesis;

/// <summary>Streams for tests on the emulator.</summary>
internal static class StreamFixtures
{
    public static readonly TimeSpan Patience = TimeSpan.FromSeconds(30);

    public static KinesisClient Client(Uri endpoint, Action<KinesisClientOptions>? change = null)
    {
        var options = KinesisClientOptions.ForEmulator(endpoint);
        options.Random = new Random(1);
        options.Retry.BaseDelay = TimeSpan.FromMilliseconds(1);
        change?.Invoke(options);
        return new KinesisClient(options);
    }

    /// <summary>A new stream that serves; its name.</summary>
    public static async Task<string> NewStreamAsync(this IKinesisClient client, int shards = 1)
    {
        var name = EmulatorFixture.NewName("stream");
        await client.CreateStreamAsync(name, shards, default);
        await client.WaitUntilActiveAsync(name);
        return name;
    }

    public static async Task WaitUntilActiveAsync(this IKinesisClient client, string stream)
    {
        using var limit = new CancellationTokenSource(Patience);
        while ((await client.DescribeStreamAsync(stream, limit.Token)).Status != StreamStatus.Active)
            await Task.Delay(10, limit.Token);
    }

    public static PutEntry Entry(string key, string text) => new(key, Encoding.UTF8.GetBytes(text));

    public static string Text(this StreamRecord record) => Encoding.UTF8.GetString(record.Data.Span);

    /// <summary>Reads a shard from its beginning until so many records have come, or its end.</summary>
    public static async Task<List<StreamRecord>> ReadAsync(
        this IKinesisClient client, string stream, string shard, int count = int.MaxValue)
    {
        using var limit = new CancellationTokenSource(Patience);
        var records = new List<StreamRecord>();
        var iterator = await client.GetShardIteratorAsync(
            stream, shard, ShardIteratorRequest.TrimHorizon, limit.Token);
        while (iterator is not null && records.Count < count)
        {
            var batch = await client.GetRecordsAsync(iterator, 1000, null, limit.Token);
            records.AddRange(batch.Records);
            iterator = batch.NextIterator;
        }
        return records;
    }
}
