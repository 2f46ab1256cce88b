using System.Security.Cryptography;
using System.Text;
using Divvy.Streams.Kinesis;

namespace Divvy.Streams.Aggregation;

/// <summary>Packs records into an aggregate of the Kinesis Producer Library, which <see cref="Deaggregator"/> and the
/// KCL of any language take apart: many small records then cost one. Pure and thread-safe.</summary>
public static class Aggregator
{
    private const int VarintType = 0;
    private const int LengthType = 2;

    /// <summary>One record with all of the entries in it, under the first one's keys. All must belong to one shard: the
    /// reader drops an aggregate of which one record does not.</summary>
    /// <exception cref="ArgumentException">There are no entries.</exception>
    public static PutEntry Pack(IReadOnlyList<PutEntry> entries)
    {
        if (entries.Count == 0)
            throw new ArgumentException("an aggregate holds one record at least", nameof(entries));
        var partitionKeys = entries.Select(entry => entry.PartitionKey).Distinct().ToList();
        var explicitHashKeys = entries.Select(entry => entry.ExplicitHashKey).OfType<string>().Distinct().ToList();
        using var message = new MemoryStream();
        foreach (var key in partitionKeys)
            WriteBytes(message, AggregateFormat.PartitionKeyTable, Encoding.UTF8.GetBytes(key));
        foreach (var key in explicitHashKeys)
            WriteBytes(message, AggregateFormat.ExplicitHashKeyTable, Encoding.UTF8.GetBytes(key));
        foreach (var entry in entries)
        {
            using var item = new MemoryStream();
            WriteNumber(item, AggregateFormat.PartitionKeyIndex, (ulong)partitionKeys.IndexOf(entry.PartitionKey));
            if (entry.ExplicitHashKey is { } hashKey)
                WriteNumber(item, AggregateFormat.ExplicitHashKeyIndex, (ulong)explicitHashKeys.IndexOf(hashKey));
            WriteBytes(item, AggregateFormat.Data, entry.Data.Span);
            WriteBytes(message, AggregateFormat.Records, item.ToArray());
        }
        var content = message.ToArray();
        byte[] data = [.. AggregateFormat.Magic, .. content, .. MD5.HashData(content)];
        return new PutEntry(entries[0].PartitionKey, data, entries[0].ExplicitHashKey);
    }

    private static void WriteNumber(MemoryStream target, int field, ulong number)
    {
        WriteVarint(target, (ulong)((field << 3) | VarintType));
        WriteVarint(target, number);
    }

    private static void WriteBytes(MemoryStream target, int field, ReadOnlySpan<byte> bytes)
    {
        WriteVarint(target, (ulong)((field << 3) | LengthType));
        WriteVarint(target, (ulong)bytes.Length);
        target.Write(bytes);
    }

    private static void WriteVarint(MemoryStream target, ulong value)
    {
        for (; value >= 0x80; value >>= 7)
            target.WriteByte((byte)(value | 0x80));
        target.WriteByte((byte)value);
    }
}
