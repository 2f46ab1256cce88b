namespace Divvy.Core.Planning;

/// <summary>What a plan may do with a shard.</summary>
internal enum ShardSituation : byte
{
    /// <summary>It is being removed: nothing.</summary>
    Closing,

    /// <summary>No live instance owns it: give it an owner, at once.</summary>
    Unowned,

    /// <summary>On the move to a live instance: nothing, and it counts where it goes.</summary>
    InMotion,

    /// <summary>On the move to where it cannot or should not go: give the move up.</summary>
    Stranded,

    /// <summary>Served: leave it or move it.</summary>
    Settled,
}
