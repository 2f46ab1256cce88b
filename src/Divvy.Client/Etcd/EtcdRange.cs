using Google.Protobuf;

namespace Divvy.Client.Etcd;

/// <summary>Which keys a call is about: one key, a prefix, or a half-open range in byte order. Immutable.</summary>
public sealed record EtcdRange
{
    private static readonly ByteString zero = ByteString.CopyFrom(0);

    private EtcdRange(ByteString start, ByteString end, string description) =>
        (Start, End, Description) = (start, end, description);

    /// <summary>Every key.</summary>
    public static EtcdRange All { get; } = new(zero, zero, "all keys");

    /// <summary>For messages to people.</summary>
    public string Description { get; }

    internal ByteString Start { get; }

    /// <summary>Empty: the start key alone; a zero byte: no upper bound (etcd's convention).</summary>
    internal ByteString End { get; }

    /// <summary>One key.</summary>
    public static EtcdRange Key(string key) => new(KeyBytes(key), ByteString.Empty, key);

    /// <summary>All keys that begin with the prefix; the empty prefix is every key.</summary>
    public static EtcdRange Prefix(string prefix) =>
        prefix.Length == 0 ? All : new(KeyBytes(prefix), PrefixEnd(KeyBytes(prefix)), $"{prefix}*");

    /// <summary>All keys from this one on.</summary>
    public static EtcdRange From(string key) => new(KeyBytes(key), zero, $"[{key}, ...)");

    /// <summary>All keys from <paramref name="start"/> up to but without <paramref name="end"/>.</summary>
    public static EtcdRange Between(string start, string end) =>
        new(KeyBytes(start), KeyBytes(end), $"[{start}, {end})");

    public override string ToString() => Description;

    internal static ByteString KeyBytes(string key)
    {
        ArgumentException.ThrowIfNullOrEmpty(key);
        return ByteString.CopyFromUtf8(key);
    }

    private static ByteString PrefixEnd(ByteString prefix)
    {
        // UTF-8 has no byte 0xFF, so the last byte can always be raised by one.
        var end = prefix.ToByteArray();
        end[^1]++;
        return ByteString.CopyFrom(end);
    }
}
