namespace Divvy.Store.Wal;

/// <summary>How a log is laid out.</summary>
public sealed record WalOptions
{
    /// <summary>Bytes of a segment, written with zeros ahead of use. Default 64,000,000, as etcd's.</summary>
    public long SegmentSize { get; init; } = 64_000_000;
}
