namespace Divvy.Core.Assignment;

/// <summary>What an instance says about a role it was given.</summary>
public enum AckKind
{
    /// <summary>Prepared: may become the owner.</summary>
    Ready,

    /// <summary>Serves. For events and measurements: no step waits for it.</summary>
    Active,

    /// <summary>The last local handler returned and its answers left (R13).</summary>
    Yielded,

    /// <summary>Holds nothing of the shard any more. For events.</summary>
    Dropped,

    /// <summary>Preparing or activating failed: another instance should be chosen.</summary>
    Failed,
}
