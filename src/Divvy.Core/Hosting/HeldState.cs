namespace Divvy.Core.Hosting;

/// <summary>What the application holds of a shard, by the handler calls that succeeded.</summary>
public enum HeldState
{
    Nothing,

    /// <summary>PrepareAdd succeeded.</summary>
    Prepared,

    /// <summary>Add succeeded.</summary>
    Added,

    /// <summary>PrepareDrop ended, well or not.</summary>
    Yielded,
}
