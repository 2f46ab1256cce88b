namespace Divvy.Streams.Kinesis;

/// <summary>What a stream is doing.</summary>
public enum StreamStatus
{
    /// <summary>A word that this client does not know.</summary>
    Unknown,

    /// <summary>It is being made: nothing can be read or written yet.</summary>
    Creating,

    /// <summary>It is being removed.</summary>
    Deleting,

    /// <summary>It serves, and its shards can be changed.</summary>
    Active,

    /// <summary>It serves, and its shards are being changed.</summary>
    Updating,
}
