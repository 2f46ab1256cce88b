namespace Divvy.Streams.Consuming;

/// <summary>What one shard has taken of its worker's <see cref="ReadBudget"/>, which owns it.</summary>
internal sealed class ReadAccount
{
    /// <summary>Bytes of records that are read and not processed.</summary>
    public long Buffered { get; internal set; }

    /// <summary>What a record is likely to take: the mean of an answer, the largest of the last ones; 0: none was seen.
    /// </summary>
    public long RecordSize { get; internal set; }

    /// <summary>How many records the last read could have; 0: there was none.</summary>
    public int LastLimit { get; internal set; }

    /// <summary>A read is under way.</summary>
    public ReadGrant? Reading { get; internal set; }
}
