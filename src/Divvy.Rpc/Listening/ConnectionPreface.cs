using System.Buffers;

namespace Divvy.Rpc.Listening;

/// <summary>Tells the preface of HTTP/2 from the first line of an HTTP/1.1 request.</summary>
internal static class ConnectionPreface
{
    private static ReadOnlySpan<byte> Start => "PRI"u8;

    /// <summary>True: HTTP/2; false: not; null: too few bytes to tell.</summary>
    public static bool? Match(in ReadOnlySequence<byte> buffer)
    {
        Span<byte> first = stackalloc byte[3];
        var length = (int)Math.Min(buffer.Length, first.Length);
        buffer.Slice(0, length).CopyTo(first);
        if (!Start.StartsWith(first[..length]))
            return false;
        return length == first.Length ? true : null;
    }
}
