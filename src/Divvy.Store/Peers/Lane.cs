namespace Divvy.Store.Peers;

/// <summary>The queues of one connection, in the order in which they are served.</summary>
internal enum Lane : byte
{
    /// <summary>Heartbeats, votes, acknowledgements, read barriers, pings: small, never behind anything else.</summary>
    Control,

    /// <summary>AppendEntries and forwarded proposals.</summary>
    Log,

    /// <summary>Requests outside Raft and their answers.</summary>
    Request,

    /// <summary>Snapshot chunks.</summary>
    Bulk,
}
