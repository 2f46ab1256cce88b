using System.Buffers.Binary;
using Divvy.Consensus.Mvcc.Hashing;

namespace Divvy.Consensus.Mvcc.Export;

/// <summary>
/// Reads a store back from an <see cref="MvccExport"/>: the same answers to every read at every revision from the
/// compacted one on, the same changes to every watch, the same leases with the same keys, the same hashes. Counts of
/// operations start anew.
/// <para>The bytes may come in pieces of any size. What is damaged, cut off or does not fit together is refused with
/// an
/// <see cref="InvalidDataException"/> that says what is wrong; the import is of no use after that. One owner
/// serialises all calls.</para>
/// </summary>
public sealed class MvccImport(MvccOptions options)
{
    private readonly ImportedState state = new(options);
    private byte[] pending = [];
    private int pendingLength;
    private long offset;
    private byte phase;

    /// <summary>Takes the next bytes.
    /// <exception cref="InvalidDataException">They are damaged.</exception></summary>
    public void Consume(ReadOnlySpan<byte> octets)
    {
        if (pendingLength > 0)
            octets = Complete(octets);
        while (FrameLength(octets) is { } length && length <= octets.Length)
        {
            ReadFrame(octets[..length]);
            octets = octets[length..];
        }
        Keep(octets);
    }

    /// <summary>The store, when all bytes were taken.
    /// <exception cref="InvalidDataException">Something is missing or does not fit together.</exception></summary>
    public MvccStore Finish()
    {
        if (phase != ExportFormat.End || pendingLength > 0)
            throw Damage($"it is cut off after {offset + pendingLength} bytes");
        return state.ToStore();
    }

    private static InvalidDataException Damage(string what) => new($"the export of the store is damaged: {what}");

    /// <summary>Fills the frame that was begun; returns what is left for others.</summary>
    private ReadOnlySpan<byte> Complete(ReadOnlySpan<byte> octets)
    {
        while (!octets.IsEmpty && pendingLength > 0)
        {
            var length = FrameLength(pending.AsSpan(0, pendingLength)) ?? ExportFormat.PrefixBytes;
            var taken = Math.Min(octets.Length, length - pendingLength);
            Keep(octets[..taken]);
            octets = octets[taken..];
            if (FrameLength(pending.AsSpan(0, pendingLength)) is not { } whole || whole > pendingLength)
                continue;
            ReadFrame(pending.AsSpan(0, pendingLength));
            pendingLength = 0;
        }
        return octets;
    }

    private void Keep(ReadOnlySpan<byte> octets)
    {
        if (pendingLength + octets.Length > pending.Length)
            Array.Resize(ref pending, Math.Max(pending.Length * 2, pendingLength + octets.Length));
        octets.CopyTo(pending.AsSpan(pendingLength));
        pendingLength += octets.Length;
    }

    /// <summary>Length of the frame at the start; null when too little of it is there to say.</summary>
    private int? FrameLength(ReadOnlySpan<byte> octets)
    {
        if (octets.Length < ExportFormat.PrefixBytes)
            return null;
        var length = BinaryPrimitives.ReadInt32LittleEndian(octets);
        return length is > 0 and <= ExportFormat.MaxFrameBytes
            ? length + ExportFormat.PrefixBytes
            : throw Damage($"the frame at byte {offset} gives its length as {length}");
    }

    private void ReadFrame(ReadOnlySpan<byte> octets)
    {
        var content = octets[ExportFormat.PrefixBytes..];
        var hash = new StateHash();
        hash.AddRaw(content);
        if (hash.Value != BinaryPrimitives.ReadUInt32LittleEndian(octets[4..]))
            throw Damage($"the checksum of the frame at byte {offset} does not match");
        var kind = content[0];
        // Every kind may be left out but the header; only those in the middle may come twice.
        var isInOrder = phase == 0
            ? kind == ExportFormat.Header
            : kind > phase || (kind == phase && IsRepeatable(kind));
        if (!isInOrder || kind > ExportFormat.End)
            throw Damage($"the frame at byte {offset} is of kind {kind} and comes after one of kind {phase}");
        phase = kind;
        Read(kind, new FrameReader(content[1..]));
        offset += octets.Length;
    }

    private static bool IsRepeatable(byte kind) =>
        kind is ExportFormat.Lease or ExportFormat.Keys or ExportFormat.Boundary;

    private void Read(byte kind, FrameReader reader)
    {
        switch (kind)
        {
            case ExportFormat.Header:
                state.ReadHeader(ref reader);
                break;
            case ExportFormat.Lease:
                state.ReadLeases(ref reader);
                break;
            case ExportFormat.Keys:
                state.ReadKeys(ref reader);
                break;
            case ExportFormat.Boundary:
                state.ReadBoundary(ref reader);
                break;
            default:
                state.ReadEnd(ref reader);
                break;
        }
    }
}
