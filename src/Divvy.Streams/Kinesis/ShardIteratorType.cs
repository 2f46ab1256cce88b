namespace Divvy.Streams.Kinesis;

/// <summary>Where in a shard a reader begins.</summary>
public enum ShardIteratorType
{
    /// <summary>At the oldest record that is kept.</summary>
    TrimHorizon,

    /// <summary>Behind the newest record.</summary>
    Latest,

    /// <summary>At the first record that came at a time or after it.</summary>
    AtTimestamp,

    /// <summary>At a record.</summary>
    AtSequenceNumber,

    /// <summary>Behind a record.</summary>
    AfterSequenceNumber,
}
