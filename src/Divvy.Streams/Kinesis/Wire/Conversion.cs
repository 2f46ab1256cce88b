using System.Globalization;
using Divvy.Core.Streams;

namespace Divvy.Streams.Kinesis.Wire;

/// <summary>Between the service's messages and the client's values.</summary>
internal static class Conversion
{
    private const double MillisecondsPerSecond = 1000;

    public static StreamShard Shard(WireShard shard) => new(
        shard.ShardId,
        [.. new[] { shard.ParentShardId, shard.AdjacentParentShardId }.OfType<string>()],
        Range(shard.HashKeyRange),
        shard.SequenceNumberRange?.EndingSequenceNumber is not null);

    public static StreamStatus Status(string status) =>
        Enum.TryParse<StreamStatus>(status, ignoreCase: true, out var known) ? known : StreamStatus.Unknown;

    public static string Type(ShardIteratorType type) => type switch
    {
        ShardIteratorType.TrimHorizon => "TRIM_HORIZON",
        ShardIteratorType.Latest => "LATEST",
        ShardIteratorType.AtTimestamp => "AT_TIMESTAMP",
        ShardIteratorType.AtSequenceNumber => "AT_SEQUENCE_NUMBER",
        _ => "AFTER_SEQUENCE_NUMBER",
    };

    public static double? Seconds(DateTimeOffset? time) => time?.ToUnixTimeMilliseconds() / MillisecondsPerSecond;

    public static DateTimeOffset? Time(double? seconds) => seconds is { } value ? Time(value) : null;

    public static DateTimeOffset Time(double seconds) =>
        DateTimeOffset.FromUnixTimeMilliseconds((long)Math.Round(seconds * MillisecondsPerSecond));

    public static StreamShard Child(WireChildShard child) =>
        new(child.ShardId, [.. child.ParentShards ?? []], Range(child.HashKeyRange), IsClosed: false);

    private static HashKeyRange Range(WireHashKeyRange range) => new(
        UInt128.Parse(range.StartingHashKey, NumberStyles.None, CultureInfo.InvariantCulture),
        UInt128.Parse(range.EndingHashKey, NumberStyles.None, CultureInfo.InvariantCulture));
}
