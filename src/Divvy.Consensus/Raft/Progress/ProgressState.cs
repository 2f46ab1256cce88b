namespace Divvy.Consensus.Raft.Progress;

/// <summary>How a leader feeds one follower.</summary>
public enum ProgressState
{
    /// <summary>Its log's end is not known: one message at a time.</summary>
    Probe,

    /// <summary>It keeps up: messages are sent ahead, within the in-flight window.</summary>
    Replicate,

    /// <summary>It needs entries that are gone: it gets a snapshot, and nothing else meanwhile.</summary>
    Snapshot,
}
