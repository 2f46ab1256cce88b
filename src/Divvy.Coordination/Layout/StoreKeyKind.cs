namespace Divvy.Coordination.Layout;

/// <summary>What a key of the store holds.</summary>
public enum StoreKeyKind
{
    /// <summary>Not one of ours, or malformed.</summary>
    Unknown,

    /// <summary>A namespace's configuration.</summary>
    Namespace,

    /// <summary>One candidate of a namespace's controller election; the value names its server.</summary>
    Leader,

    /// <summary>A session: an instance that lives.</summary>
    Service,

    /// <summary>What an operator said about an instance; outlives its sessions (R5).</summary>
    Status,

    /// <summary>A shard record.</summary>
    Shard,

    /// <summary>A batch of events: the steps of one transaction.</summary>
    Event,
}
