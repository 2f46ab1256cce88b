namespace Divvy.Core.Streams;

/// <summary>Why a lease's row is written.</summary>
public enum LeasePurpose
{
    /// <summary>To show that its owner lives.</summary>
    Renew,

    /// <summary>To own it: nobody does, its owner is silent, or it was handed over.</summary>
    Take,

    /// <summary>To ask its owner for it.</summary>
    Ask,

    /// <summary>To let the one that asked have it.</summary>
    HandOver,

    /// <summary>To let anybody have it.</summary>
    Release,

    /// <summary>To say how far its shard is processed.</summary>
    Checkpoint,

    /// <summary>To announce a checkpoint, the first of two phases.</summary>
    Announce,

    /// <summary>To say that its shard is processed to its end.</summary>
    Finish,
}
