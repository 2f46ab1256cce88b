namespace Divvy.Core.Hosting;

/// <summary>What an instance's journal says of a shard.</summary>
public enum JournalEvent
{
    Prepared,

    /// <summary>From here on the instance believes that it owns the shard...</summary>
    Activated,

    /// <summary>...until it has yielded,</summary>
    Yielded,

    /// <summary>or dropped it,</summary>
    Dropped,

    /// <summary>or its session's time ran out.</summary>
    LeaseLost,
}
