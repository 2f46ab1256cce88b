using Divvy.Consensus.Mvcc;

namespace Divvy.Consensus.Auth;

/// <summary>The right to read or write some keys, as it was granted: the pair is kept as it came, since it is listed
/// and revoked by it.</summary>
/// <param name="Kind">What it allows.</param>
/// <param name="Key">The first key. A permission without one is kept and allows nothing, as in etcd.</param>
/// <param name="RangeEnd">Empty: that key only; one zero byte: every key from it on; else the first key after.</param>
public sealed record KeyPermission(PermissionKind Kind, ReadOnlyMemory<byte> Key, ReadOnlyMemory<byte> RangeEnd)
{
    public bool AllowsRead => Kind is PermissionKind.Read or PermissionKind.ReadWrite;

    public bool AllowsWrite => Kind is PermissionKind.Write or PermissionKind.ReadWrite;

    /// <summary>The keys it is about.</summary>
    public KeyRange Keys => KeyRange.FromWire(Key, RangeEnd);

    internal bool IsFor(ReadOnlyMemory<byte> key, ReadOnlyMemory<byte> rangeEnd) =>
        Key.Span.SequenceEqual(key.Span) && RangeEnd.Span.SequenceEqual(rangeEnd.Span);
}
