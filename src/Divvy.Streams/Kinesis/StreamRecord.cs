using System.Diagnostics.CodeAnalysis;
using System.Runtime.InteropServices;
using System.Text;

namespace Divvy.Streams.Kinesis;

/// <summary>One record of a shard. Immutable; its bytes may be kept, and keep those of its neighbours in memory, some
/// kilobytes: copy what is to stay for long.</summary>
/// <remarks>A worker holds many records that wait to be processed, most of them small. So a record that was read keeps
/// its key, its sequence number and its data as bytes in an array that it shares with its neighbours; text is made of
/// them when it is asked for. Otherwise two strings and an array would take more than a small record's content.
/// </remarks>
public sealed class StreamRecord
{
    // Lie before the data, in the same array.
    private readonly ushort sequenceLength;
    private readonly ushort keyLength;
    private readonly long arrivalTicks;
    private string? partitionKey;
    private string? sequenceNumber;

    /// <summary>A record of its own: an aggregate's, or a test's.</summary>
    public StreamRecord()
    {
    }

    /// <param name="packed">Holds the record: sequence number, key, data. Not changed any more.</param>
    /// <param name="sequenceLength">Bytes of the sequence number.</param>
    /// <param name="keyLength">Bytes of the partition key.</param>
    /// <param name="arrival">When the service took it in.</param>
    [SetsRequiredMembers]
    internal StreamRecord(ArraySegment<byte> packed, int sequenceLength, int keyLength, DateTimeOffset arrival)
    {
        // Made of the bytes when they are asked for.
        (PartitionKey, SequenceNumber) = (null!, null!);
        (this.sequenceLength, this.keyLength) = (checked((ushort)sequenceLength), checked((ushort)keyLength));
        Data = packed[(sequenceLength + keyLength)..];
        ApproximateArrival = arrival;
    }

    /// <summary>What decided the record's shard: by its MD5, unless <see cref="ExplicitHashKey"/> did.</summary>
    public required string PartitionKey
    {
        get => partitionKey ??= Text(keyLength, keyLength);
        init => partitionKey = value;
    }

    /// <summary>The hash key that the producer gave in place of the partition key's MD5 (decimal). Known for records
    /// that were taken out of an aggregate; the service does not tell it for others.</summary>
    public string? ExplicitHashKey { get; init; }

    /// <summary>The record's place in its shard: decimal digits, growing, with gaps. All records of one aggregate have
    /// the same.</summary>
    public required string SequenceNumber
    {
        get => sequenceNumber ??= Text(keyLength + sequenceLength, sequenceLength);
        init => sequenceNumber = value;
    }

    /// <summary>The place inside an aggregate, from 0; 0 when it was not aggregated.</summary>
    public long SubSequenceNumber { get; init; }

    /// <summary>Whether the record was taken out of an aggregate of the Kinesis Producer Library.</summary>
    public bool IsAggregated { get; init; }

    /// <summary>What the producer sent: 0 bytes to 1 MiB (10 MiB on streams that allow it).</summary>
    public required ReadOnlyMemory<byte> Data { get; init; }

    /// <summary>When the service took the record in, by its own clock.</summary>
    public DateTimeOffset ApproximateArrival
    {
        get => new(arrivalTicks, TimeSpan.Zero);
        init => arrivalTicks = value.UtcTicks;
    }

    /// <summary>What its texts take in memory, as they are now.</summary>
    internal int TextBytes => sequenceLength + keyLength + (sizeof(char) * (partitionKey?.Length ?? 0));

    private string Text(int before, int length)
    {
        MemoryMarshal.TryGetArray(Data, out var data);
        return Encoding.UTF8.GetString(data.Array!, data.Offset - before, length);
    }
}
