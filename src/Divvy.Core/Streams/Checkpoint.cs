using System.Numerics;

namespace Divvy.Core.Streams;

/// <summary>How far a shard has been processed: up to and including one record, or a place to begin at. The text forms
/// are those of the Java KCL's lease table (attribute <c>checkpoint</c>).</summary>
/// <param name="SequenceNumber">A record's sequence number (decimal digits), or one of the words of this type.</param>
/// <param name="SubSequenceNumber">Index of the user record inside an aggregated record, from 0; 0 when it is not
/// aggregated.</param>
public readonly record struct Checkpoint(string SequenceNumber, long SubSequenceNumber = 0)
{
    /// <summary>Nothing was processed; begin at the oldest record that is kept.</summary>
    public static Checkpoint TrimHorizon { get; } = new("TRIM_HORIZON");

    /// <summary>Nothing was processed; begin behind the newest record.</summary>
    public static Checkpoint Latest { get; } = new("LATEST");

    /// <summary>Nothing was processed; begin at the first record of or after the configured time.</summary>
    public static Checkpoint AtTimestamp { get; } = new("AT_TIMESTAMP");

    /// <summary>Everything was processed and the shard is closed: nothing will follow.</summary>
    public static Checkpoint ShardEnd { get; } = new("SHARD_END");

    /// <summary>Whether the shard is finished.</summary>
    public bool IsShardEnd => SequenceNumber == ShardEnd.SequenceNumber;

    /// <summary>Whether this names a record, not a place to begin at or the end.</summary>
    public bool IsRecord => SequenceNumber is { Length: > 0 } && char.IsAsciiDigit(SequenceNumber[0]);

    /// <summary>Whether <paramref name="later"/> lies further on in the shard. A place to begin at lies before every
    /// record, and the end after all; two places to begin at are in no order.</summary>
    public bool IsBefore(Checkpoint later)
    {
        if (!IsRecord || !later.IsRecord)
            return Rank < later.Rank;
        var order = BigInteger.Parse(SequenceNumber, null).CompareTo(BigInteger.Parse(later.SequenceNumber, null));
        return order != 0 ? order < 0 : SubSequenceNumber < later.SubSequenceNumber;
    }

    /// <summary>For people: the sequence number, and the sub-sequence number when there is one.</summary>
    public override string ToString() =>
        SubSequenceNumber == 0 ? SequenceNumber : $"{SequenceNumber}/{SubSequenceNumber}";

    private int Rank => IsShardEnd ? 2 : IsRecord ? 1 : 0;
}
