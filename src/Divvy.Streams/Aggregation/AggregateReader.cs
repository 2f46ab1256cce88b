using System.Globalization;
using System.Text;

namespace Divvy.Streams.Aggregation;

/// <summary>Reads the protobuf message of an aggregate.</summary>
internal static class AggregateReader
{
    /// <summary>Null when it is malformed, or an index points to nothing.</summary>
    public static AggregateContent? TryRead(ReadOnlySpan<byte> message)
    {
        var partitionKeys = new List<string>();
        var explicitHashKeys = new List<string>();
        var records = new List<AggregateItem>();
        var reader = new ProtobufReader(message);
        while (reader.TryReadField(out var field, out _, out var bytes))
        {
            switch (field)
            {
                case AggregateFormat.PartitionKeyTable:
                    partitionKeys.Add(Encoding.UTF8.GetString(bytes));
                    break;
                case AggregateFormat.ExplicitHashKeyTable:
                    explicitHashKeys.Add(Encoding.UTF8.GetString(bytes));
                    break;
                case AggregateFormat.Records:
                    if (!TryReadItem(bytes, out var item))
                        return null;
                    records.Add(item);
                    break;
            }
        }
        // The tables may follow the records, so the indices are checked at the end.
        var isSound = !reader.IsMalformed
            && records.TrueForAll(item => item.PartitionKeyIndex < partitionKeys.Count
                && (item.ExplicitHashKeyIndex ?? -1) < explicitHashKeys.Count)
            && explicitHashKeys.TrueForAll(
                key => UInt128.TryParse(key, NumberStyles.None, CultureInfo.InvariantCulture, out _));
        return isSound ? new AggregateContent(partitionKeys, explicitHashKeys, records) : null;
    }

    private static bool TryReadItem(ReadOnlySpan<byte> message, out AggregateItem item)
    {
        int? partitionKey = null, explicitHashKey = null;
        byte[]? data = null;
        var reader = new ProtobufReader(message);
        while (reader.TryReadField(out var field, out var number, out var bytes))
        {
            switch (field)
            {
                case AggregateFormat.PartitionKeyIndex:
                    partitionKey = (int)Math.Min(number, int.MaxValue);
                    break;
                case AggregateFormat.ExplicitHashKeyIndex:
                    explicitHashKey = (int)Math.Min(number, int.MaxValue);
                    break;
                case AggregateFormat.Data:
                    data = bytes.ToArray();
                    break;
            }
        }
        item = new AggregateItem(partitionKey ?? 0, explicitHashKey, data ?? []);
        return !reader.IsMalformed && partitionKey is not null && data is not null;
    }
}
