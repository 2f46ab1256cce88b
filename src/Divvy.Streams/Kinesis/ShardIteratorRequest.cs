using Divvy.Core.Streams;

namespace Divvy.Streams.Kinesis;

/// <summary>A place in a shard to begin reading at. Immutable.</summary>
public sealed record ShardIteratorRequest
{
    private ShardIteratorRequest(ShardIteratorType type, string? sequenceNumber, DateTimeOffset? timestamp)
    {
        Type = type;
        SequenceNumber = sequenceNumber;
        Timestamp = timestamp;
    }

    /// <summary>At the oldest record that is kept.</summary>
    public static ShardIteratorRequest TrimHorizon { get; } = new(ShardIteratorType.TrimHorizon, null, null);

    /// <summary>Behind the newest record.</summary>
    public static ShardIteratorRequest Latest { get; } = new(ShardIteratorType.Latest, null, null);

    /// <summary>The kind of place.</summary>
    public ShardIteratorType Type { get; }

    /// <summary>The record, for the kinds that name one.</summary>
    public string? SequenceNumber { get; }

    /// <summary>The time, for <see cref="ShardIteratorType.AtTimestamp"/>.</summary>
    public DateTimeOffset? Timestamp { get; }

    /// <summary>At the first record that came at this time or after it. The emulator kinesalite never answers this
    /// while there is no such record: the call then fails by its time limit.</summary>
    public static ShardIteratorRequest AtTimestamp(DateTimeOffset time) =>
        new(ShardIteratorType.AtTimestamp, null, time);

    /// <summary>At this record.</summary>
    public static ShardIteratorRequest AtSequenceNumber(string sequenceNumber) =>
        new(ShardIteratorType.AtSequenceNumber, Checked(sequenceNumber), null);

    /// <summary>Behind this record.</summary>
    public static ShardIteratorRequest AfterSequenceNumber(string sequenceNumber) =>
        new(ShardIteratorType.AfterSequenceNumber, Checked(sequenceNumber), null);

    /// <summary>Where a reader goes on from a checkpoint. A checkpoint inside an aggregate begins at the aggregate
    /// again: whoever reads skips what lies up to the sub-sequence number.</summary>
    /// <param name="checkpoint">Not the shard's end.</param>
    /// <param name="isInsideAggregate">Whether records of the same sequence number may follow the checkpoint.</param>
    /// <param name="startTime">What <see cref="Checkpoint.AtTimestamp"/> stands for.</param>
    /// <exception cref="ArgumentException">The shard is finished, or the time is missing.</exception>
    public static ShardIteratorRequest From(
        Checkpoint checkpoint, bool isInsideAggregate = false, DateTimeOffset? startTime = null)
    {
        if (checkpoint.IsShardEnd)
            throw new ArgumentException("the shard is finished: there is nothing to read", nameof(checkpoint));
        if (checkpoint.IsRecord)
        {
            return isInsideAggregate
                ? AtSequenceNumber(checkpoint.SequenceNumber)
                : AfterSequenceNumber(checkpoint.SequenceNumber);
        }
        if (checkpoint == Checkpoint.Latest)
            return Latest;
        if (checkpoint != Checkpoint.AtTimestamp)
            return TrimHorizon;
        return startTime is { } time
            ? AtTimestamp(time)
            : throw new ArgumentException("AT_TIMESTAMP needs the time to begin at", nameof(startTime));
    }

    /// <summary>For people.</summary>
    public override string ToString() => Type switch
    {
        ShardIteratorType.AtTimestamp => $"AT_TIMESTAMP {Timestamp:O}",
        ShardIteratorType.AtSequenceNumber => $"AT_SEQUENCE_NUMBER {SequenceNumber}",
        ShardIteratorType.AfterSequenceNumber => $"AFTER_SEQUENCE_NUMBER {SequenceNumber}",
        ShardIteratorType.Latest => "LATEST",
        _ => "TRIM_HORIZON",
    };

    private static string Checked(string sequenceNumber) =>
        sequenceNumber.Length > 0 && sequenceNumber.All(char.IsAsciiDigit)
            ? sequenceNumber
            : throw new ArgumentException($"'{sequenceNumber}' is not a sequence number", nameof(sequenceNumber));
}
