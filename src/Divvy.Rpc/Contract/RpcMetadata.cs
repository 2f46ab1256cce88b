using System.Collections;

namespace Divvy.Rpc;

/// <summary>Call metadata: ordered pairs of a lower-case name and a value. Names ending in <c>-bin</c> carry bytes,
/// base64 on the wire (grpc/doc/PROTOCOL-HTTP2.md, Custom-Metadata). Immutable: <see cref="With(string, string)"/>
/// returns a copy.</summary>
public sealed class RpcMetadata : IReadOnlyList<KeyValuePair<string, string>>
{
    public static readonly RpcMetadata Empty = new([]);

    private readonly KeyValuePair<string, string>[] entries;

    public RpcMetadata(IEnumerable<KeyValuePair<string, string>> entries) =>
        this.entries = [.. entries.Select(entry => KeyValuePair.Create(entry.Key.ToLowerInvariant(), entry.Value))];

    public int Count => entries.Length;

    public KeyValuePair<string, string> this[int index] => entries[index];

    /// <summary>The last value under a name, or null.</summary>
    public string? Get(string name) =>
        entries.LastOrDefault(entry => string.Equals(entry.Key, name, StringComparison.OrdinalIgnoreCase)).Value;

    /// <summary>The last value under a <c>-bin</c> name, decoded, or null.</summary>
    public byte[]? GetBytes(string name)
    {
        var text = Get(name);
        return text is null ? null : Convert.FromBase64String(text.PadRight((text.Length + 3) / 4 * 4, '='));
    }

    public RpcMetadata With(string name, string value) => new(entries.Append(KeyValuePair.Create(name, value)));

    public RpcMetadata With(string name, ReadOnlySpan<byte> value) => With(name, Convert.ToBase64String(value));

    public IEnumerator<KeyValuePair<string, string>> GetEnumerator() => entries.AsEnumerable().GetEnumerator();

    IEnumerator IEnumerable.GetEnumerator() => GetEnumerator();
}
