using System.Globalization;
using Divvy.Cli.Output;
using Divvy.Streams.Kinesis;

namespace Divvy.Cli.Benchmarking.Streaming;

/// <summary>Makes the stream that is read: every shard has as many records as the next.</summary>
internal static class FilledStream
{
    /// <summary>The service's limit of one call.</summary>
    private const int BatchSize = 500;

    private const int Writers = 8;
    private static readonly TimeSpan probe = TimeSpan.FromMilliseconds(50);

    public static async Task<IReadOnlyList<string>> CreateAsync(
        IKinesisClient kinesis, StreamSettings settings, CancellationToken cancellationToken)
    {
        try
        {
            await kinesis.CreateStreamAsync(StreamSettings.Stream, settings.Shards, cancellationToken);
            while ((await kinesis.DescribeStreamAsync(StreamSettings.Stream, cancellationToken)).Status
                != StreamStatus.Active)
                await Task.Delay(probe, cancellationToken);
            var shards = await kinesis.ListShardsAsync(StreamSettings.Stream, cancellationToken);
            var data = new byte[settings.Size];
            Random.Shared.NextBytes(data);
            await Parallel.ForEachAsync(
                shards,
                new ParallelOptions { MaxDegreeOfParallelism = Writers, CancellationToken = cancellationToken },
                async (shard, token) => await FillAsync(
                    kinesis,
                    shard.HashKeys.Start.ToString(CultureInfo.InvariantCulture),
                    settings.PerShard,
                    data,
                    token));
            return [.. shards.Select(shard => shard.Id)];
        }
        catch (KinesisException failure)
        {
            throw new CommandException(ExitCode.Failed, failure.Message, failure);
        }
    }

    private static async Task FillAsync(
        IKinesisClient kinesis, string hashKey, int records, byte[] data, CancellationToken cancellationToken)
    {
        for (var written = 0; written < records; written += BatchSize)
        {
            var entries = Enumerable.Range(written, Math.Min(BatchSize, records - written))
                .Select(number => new PutEntry(string.Create(CultureInfo.InvariantCulture, $"key-{number % 100}"),
                    data, hashKey))
                .ToList();
            await kinesis.PutRecordsAsync(StreamSettings.Stream, entries, cancellationToken);
        }
    }
}
