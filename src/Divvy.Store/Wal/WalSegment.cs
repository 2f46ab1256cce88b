using System.Globalization;
using Divvy.Consensus.Raft;

namespace Divvy.Store.Wal;

/// <summary>The name of a segment: its place in the sequence, and the first entry it may hold.</summary>
internal readonly record struct WalSegment(ulong Sequence, LogIndex First)
{
    public const string Extension = ".wal";

    public string Name => string.Create(CultureInfo.InvariantCulture, $"{Sequence:x16}-{First.Value:x16}{Extension}");

    public static WalSegment? Parse(string name)
    {
        var isSegment = name.Length == 33 + Extension.Length && name[16] == '-'
            && name.EndsWith(Extension, StringComparison.Ordinal);
        return isSegment && Number(name.AsSpan(0, 16)) is { } sequence && Number(name.AsSpan(17, 16)) is { } first
            ? new WalSegment(sequence, new LogIndex(first))
            : null;
    }

    private static ulong? Number(ReadOnlySpan<char> text) =>
        ulong.TryParse(text, NumberStyles.HexNumber, CultureInfo.InvariantCulture, out var number) ? number : null;
}
