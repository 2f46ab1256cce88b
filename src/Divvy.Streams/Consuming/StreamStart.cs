namespace Divvy.Streams.Consuming;

/// <summary>Where a shard without a checkpoint begins.</summary>
public enum StreamStart
{
    /// <summary>At the oldest record that is kept.</summary>
    TrimHorizon,

    /// <summary>Behind the newest record. Until a shard's first checkpoint each new holder begins behind the newest
    /// record anew.</summary>
    Latest,

    /// <summary>At the first record of a time.</summary>
    AtTimestamp,
}
