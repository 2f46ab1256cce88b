namespace Divvy.Streams.Kinesis;

/// <summary>One record of a shard. Immutable; its bytes are its own and may be kept.</summary>
public sealed class StreamRecord
{
    /// <summary>What decided the record's shard: by its MD5, unless <see cref="ExplicitHashKey"/> did.</summary>
    public required string PartitionKey { get; init; }

    /// <summary>The hash key that the producer gave in place of the partition key's MD5 (decimal). Known for records
    /// that were taken out of an aggregate; the service does not tell it for others.</summary>
    public string? ExplicitHashKey { get; init; }

    /// <summary>The record's place in its shard: decimal digits, growing, with gaps. All records of one aggregate have
    /// the same.</summary>
    public required string SequenceNumber { get; init; }

    /// <summary>The place inside an aggregate, from 0; 0 when it was not aggregated.</summary>
    public long SubSequenceNumber { get; init; }

    /// <summary>Whether the record was taken out of an aggregate of the Kinesis Producer Library.</summary>
    public bool IsAggregated { get; init; }

    /// <summary>What the producer sent: 0 bytes to 1 MiB (10 MiB on streams that allow it).</summary>
    public required ReadOnlyMemory<byte> Data { get; init; }

    /// <summary>When the service took the record in, by its own clock.</summary>
    public DateTimeOffset ApproximateArrival { get; init; }
}
