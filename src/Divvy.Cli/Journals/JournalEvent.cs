namespace Divvy.Cli.Journals;

/// <summary>What happened to an instance's hold on a shard.</summary>
internal enum JournalEvent
{
    /// <summary>Ready to become the owner; holds nothing yet.</summary>
    Prepared,

    /// <summary>The hold begins: written before the first request is served.</summary>
    Activated,

    /// <summary>The hold ends: the last local handler has returned; written before the server is told.</summary>
    Yielded,

    /// <summary>Nothing is left of the shard here; ends the hold if nothing ended it before.</summary>
    Dropped,

    /// <summary>The instance fenced itself: the hold ended when its session's deadline passed.</summary>
    LeaseLost,
}
