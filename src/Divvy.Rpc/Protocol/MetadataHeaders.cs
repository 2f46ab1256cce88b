using System.Buffers;

namespace Divvy.Rpc.Protocol;

/// <summary>Call metadata as HTTP headers: which names are the protocol's own, which characters may go out, and the
/// base64 of <c>-bin</c> values. Bytes are sent without padding and accepted with or without it; several values under
/// one <c>-bin</c> name may come joined by commas.</summary>
internal static class MetadataHeaders
{
    private static readonly SearchValues<char> NameCharacters =
        SearchValues.Create("0123456789abcdefghijklmnopqrstuvwxyz_-.");

    private static readonly SearchValues<char> ValueCharacters =
        SearchValues.Create([.. Enumerable.Range(0x20, 0x5F).Select(code => (char)code)]);

    /// <summary>True for headers that belong to HTTP or to gRPC itself.</summary>
    public static bool IsReserved(string name)
    {
        if (name.Length == 0 || name[0] == ':' || name.StartsWith("grpc-", StringComparison.OrdinalIgnoreCase))
            return true;
        return name.ToLowerInvariant() is "te" or "content-type" or "content-length" or "user-agent" or "host"
            or "connection" or "transfer-encoding" or "trailer" or "date" or "server" or "accept-encoding";
    }

    /// <summary>Refuses what cannot be a header, on both transports alike.
    /// <exception cref="ArgumentException">A name or a value is not allowed.</exception></summary>
    public static void Check(RpcMetadata metadata)
    {
        for (var i = 0; i < metadata.Count; i++)
        {
            var (name, value) = metadata[i];
            if (IsReserved(name) || name.AsSpan().IndexOfAnyExcept(NameCharacters) >= 0)
                throw new ArgumentException($"'{name}' is not a name for call metadata", nameof(metadata));
            if (value.AsSpan().IndexOfAnyExcept(ValueCharacters) >= 0)
                throw new ArgumentException(
                    $"the value of '{name}' is not printable ASCII: use a name that ends in -bin", nameof(metadata));
        }
    }

    public static string ToWire(string name, string value) => IsBinary(name) ? value.TrimEnd('=') : value;

    public static void AddFromWire(List<KeyValuePair<string, string>> entries, string name, string value)
    {
        if (!IsBinary(name) || !value.Contains(',', StringComparison.Ordinal))
        {
            entries.Add(KeyValuePair.Create(name, value));
            return;
        }

        foreach (var part in value.Split(',', StringSplitOptions.TrimEntries))
            entries.Add(KeyValuePair.Create(name, part));
    }

    private static bool IsBinary(string name) => name.EndsWith("-bin", StringComparison.OrdinalIgnoreCase);
}
