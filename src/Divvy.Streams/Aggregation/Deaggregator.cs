using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using Divvy.Core.Streams;
using Divvy.Streams.Kinesis;

namespace Divvy.Streams.Aggregation;

/// <summary>Takes the user records out of the aggregates that the Kinesis Producer Library writes, as the Java KCL
/// does. Pure and thread-safe.</summary>
/// <remarks>
/// <para>An aggregate (the library's document "aggregation-format") is the data of one record: four magic bytes, a
/// protobuf message, the MD5 of that message. The message holds a table of partition keys, a table of explicit hash
/// keys, and records, each with an index into the tables and its data. Its place is the aggregate's sequence number and
/// its index in it, the sub-sequence number: a checkpoint names both.</para>
/// <para>What has no magic or not the digest is a plain record, for a user may write such bytes himself. With the
/// digest but unreadable it is a plain record as well: nobody else could tell what it says.</para>
/// <para>After a split a producer may still aggregate by the old shards. If one record of an aggregate belongs to
/// another shard by its key, the whole aggregate is dropped here: the producer sees the same, and writes its records
/// again, to the shards that they belong to. To take some of them would give these twice.</para>
/// </remarks>
public static class Deaggregator
{
    /// <summary>The user records, in order. A plain record is given as it is.</summary>
    /// <param name="records">As they were read from the shard.</param>
    /// <param name="shardRange">The shard's keys; null: no aggregate is dropped.</param>
    public static IReadOnlyList<StreamRecord> Expand(
        IReadOnlyList<StreamRecord> records, HashKeyRange? shardRange = null)
    {
        List<StreamRecord>? expanded = null;
        for (var index = 0; index < records.Count; index++)
        {
            var content = Content(records[index].Data.Span);
            if (content is null)
            {
                expanded?.Add(records[index]);
                continue;
            }
            expanded ??= [.. records.Take(index)];
            if (shardRange is not { } range || content.Records.All(item => range.Contains(HashKey(content, item))))
                expanded.AddRange(content.Records.Select((item, at) => Record(records[index], content, item, at)));
        }
        return expanded ?? records;
    }

    /// <summary>Where a partition key lies in the key space: its MD5.</summary>
    public static UInt128 HashKey(string partitionKey)
    {
        Span<byte> hash = stackalloc byte[MD5.HashSizeInBytes];
        MD5.HashData(Encoding.UTF8.GetBytes(partitionKey), hash);
        return System.Buffers.Binary.BinaryPrimitives.ReadUInt128BigEndian(hash);
    }

    private static AggregateContent? Content(ReadOnlySpan<byte> data)
    {
        if (data.Length <= AggregateFormat.Overhead || !data.StartsWith(AggregateFormat.Magic))
            return null;
        var message = data[AggregateFormat.Magic.Length..^MD5.HashSizeInBytes];
        Span<byte> digest = stackalloc byte[MD5.HashSizeInBytes];
        MD5.HashData(message, digest);
        return digest.SequenceEqual(data[^MD5.HashSizeInBytes..]) ? AggregateReader.TryRead(message) : null;
    }

    private static UInt128 HashKey(AggregateContent content, AggregateItem item) =>
        item.ExplicitHashKeyIndex is { } index
            ? UInt128.Parse(content.ExplicitHashKeys[index], NumberStyles.None, CultureInfo.InvariantCulture)
            : HashKey(content.PartitionKeys[item.PartitionKeyIndex]);

    private static StreamRecord Record(StreamRecord whole, AggregateContent content, AggregateItem item, int at)
    {
        var hashKey = item.ExplicitHashKeyIndex is { } index ? content.ExplicitHashKeys[index] : null;
        return new StreamRecord
        {
            PartitionKey = content.PartitionKeys[item.PartitionKeyIndex],
            ExplicitHashKey = hashKey,
            SequenceNumber = whole.SequenceNumber,
            SubSequenceNumber = at,
            IsAggregated = true,
            Data = item.Data,
            ApproximateArrival = whole.ApproximateArrival,
        };
    }
}
