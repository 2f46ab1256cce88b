namespace Divvy.Client.Listing;

/// <summary>What became of a shard that was to be added.</summary>
public enum AdditionOutcome
{
    Added,

    /// <summary>It is there, and stays as it is.</summary>
    Exists,

    /// <summary>It was there and is finished: its name is not used again until it is forgotten.</summary>
    Finished,
}
