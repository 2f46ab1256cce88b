namespace Divvy.Coordination.Listing;

/// <summary>What became of a shard that was to be added.</summary>
internal enum AdditionOutcome
{
    Added,

    /// <summary>It is there, and stays as it is.</summary>
    Exists,

    /// <summary>It was there: names of finished shards are not used again.</summary>
    Finished,
}
