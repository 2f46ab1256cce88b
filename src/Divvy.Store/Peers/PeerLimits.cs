namespace Divvy.Store.Peers;

/// <summary>How much one member keeps for, and takes from, another one.</summary>
public sealed record PeerLimits
{
    /// <summary>Bytes of one snapshot chunk.</summary>
    public const int ChunkBytes = 64 << 10;

    /// <summary>Bytes of one frame; must hold the largest log entry. Default 16 MiB.</summary>
    public int FrameBytes { get; init; } = 16 << 20;

    /// <summary>Frames that wait in the control lane, of a few dozen bytes each. Default 8,192.</summary>
    public int ControlFrames { get; init; } = 8_192;

    /// <summary>Frames that wait in the log lane. Default 1,024: twice what Raft has on its way to one
    /// follower.</summary>
    public int LogFrames { get; init; } = 16_384;

    /// <summary>Bytes that wait in the log lane; one frame always may. Default 64 MiB: what Raft has on its way to
    /// one follower.</summary>
    public long LogBytes { get; init; } = 64 << 20;

    /// <summary>Requests that wait to be sent to, or to be answered by, one member. Default 1,024.</summary>
    public int Requests { get; init; } = 1_024;

    /// <summary>Bytes of requests that wait to be sent. Default 16 MiB.</summary>
    public long RequestBytes { get; init; } = 16 << 20;

    /// <summary>Requests of one member that are answered at once; more are refused. Default 256.</summary>
    public int ConcurrentAnswers { get; init; } = 256;

    /// <summary>Snapshot chunks on their way to one member: what a slow disk at the other end can make either side
    /// keep, and the most that another frame may find before it in the network. Default 8.</summary>
    public int SnapshotWindow { get; init; } = 8;

    /// <summary>Connections that others have opened to this member. Default 256.</summary>
    public int InboundConnections { get; init; } = 256;

    /// <summary>Members that introduced themselves and that this member has not heard of from the log yet. Default
    /// 16.</summary>
    public int Strangers { get; init; } = 16;
}
