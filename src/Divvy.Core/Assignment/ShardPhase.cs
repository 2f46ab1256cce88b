namespace Divvy.Core.Assignment;

/// <summary>Where a shard record stands in a planned move (docs/handoff.md).</summary>
public enum ShardPhase
{
    /// <summary>The owner serves, or nobody owns the shard yet.</summary>
    Stable,

    /// <summary>The owner serves; the next owner prepares.</summary>
    Preparing,

    /// <summary>The owner finishes and hands over; the next owner queues.</summary>
    Yielding,

    /// <summary>The shard is being removed: the owner finishes, nobody comes next (R9).</summary>
    Closing,
}
