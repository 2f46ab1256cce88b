namespace Divvy.Client.Listing;

/// <summary>What became of a state that was to be written.</summary>
public enum StateWriteOutcome
{
    Written,

    /// <summary>Another state is there than the one that was to be replaced.</summary>
    Changed,

    /// <summary>The writer does not own the shard, or not in that generation.</summary>
    Refused,
}
