namespace Divvy.Core.Hosting;

/// <summary>What one session is to one shard, derived from the shard's record and nothing else (level-
/// triggered).</summary>
public enum ShardRole
{
    None,

    /// <summary>Prepared ahead of time for an unplanned takeover; never queues requests (R15).</summary>
    Standby,

    /// <summary>Next owner in phase preparing: loads state, accepts nothing, acknowledges READY.</summary>
    Preparing,

    /// <summary>Next owner in phase yielding: queues what is forwarded.</summary>
    Prepared,

    Active,

    /// <summary>Owner in phase yielding: finishes what is in flight, hands over, forwards the rest.</summary>
    Yielding,

    /// <summary>Owner in phase closing: finishes what is in flight, nobody comes next (R9).</summary>
    Closing,
}
