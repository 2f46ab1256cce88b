namespace Divvy.Core.Streams;

/// <summary>How far a holding is.</summary>
internal enum HoldingPhase
{
    /// <summary>The holder processes the shard.</summary>
    Held,

    /// <summary>The holder was told to finish, and still may checkpoint.</summary>
    Yielding,

    /// <summary>The holder has finished; the row is yet to say so.</summary>
    Finished,
}
