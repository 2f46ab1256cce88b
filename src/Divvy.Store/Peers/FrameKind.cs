namespace Divvy.Store.Peers;

/// <summary>What a frame carries. The values are on the wire.</summary>
internal enum FrameKind : byte
{
    Hello = 1,
    HelloAnswer = 2,

    /// <summary>A Raft message of the control lane: the message alone.</summary>
    Control = 3,

    /// <summary>A Raft message of the log lane: the message alone.</summary>
    Log = 4,

    /// <summary>Number: when the asker sent it, by its own clock.</summary>
    Ping = 5,

    /// <summary>Number: that of the ping it answers.</summary>
    Pong = 6,

    /// <summary>Number: the request's; extra: milliseconds the asker waits; then the request.</summary>
    Request = 7,

    /// <summary>Number: the request's; extra: 0 and the answer, or 1 and why there is none.</summary>
    Answer = 8,

    /// <summary>Number: the transfer's; then the InstallSnapshot message.</summary>
    SnapshotBegin = 9,

    /// <summary>Number: the transfer's; then at most <see cref="PeerLimits.ChunkBytes"/>.</summary>
    SnapshotChunk = 10,

    /// <summary>Number: the transfer's; then length and SHA-256 of all chunks.</summary>
    SnapshotEnd = 11,

    /// <summary>Number: the transfer's; the sender gives up.</summary>
    SnapshotCancel = 12,

    /// <summary>Number: the transfer's; extra: how many chunks more may be sent.</summary>
    SnapshotCredit = 13,

    /// <summary>Number: the transfer's; extra: 0, or 1 and why the snapshot was not taken.</summary>
    SnapshotResult = 14,
}
