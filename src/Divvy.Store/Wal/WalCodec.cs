using System.Buffers.Binary;
using Divvy.Consensus.Raft;

namespace Divvy.Store.Wal;

/// <summary>The payloads of the records, all numbers little-endian.</summary>
internal static class WalCodec
{
    public const int HeadSize = 24;
    public const int HardStateSize = 24;
    public const int SnapshotSize = 16;
    public const int EntryHeaderSize = 17;

    public static void WriteHead(Span<byte> to, WalIdentity identity, uint crc, uint size)
    {
        BinaryPrimitives.WriteUInt64LittleEndian(to, identity.Cluster);
        BinaryPrimitives.WriteUInt64LittleEndian(to[8..], identity.Member);
        BinaryPrimitives.WriteUInt32LittleEndian(to[16..], crc);
        BinaryPrimitives.WriteUInt32LittleEndian(to[20..], size);
    }

    public static (WalIdentity Identity, uint Crc, uint Size) ReadHead(ReadOnlySpan<byte> from) => (
        new WalIdentity(
            BinaryPrimitives.ReadUInt64LittleEndian(from), BinaryPrimitives.ReadUInt64LittleEndian(from[8..])),
        BinaryPrimitives.ReadUInt32LittleEndian(from[16..]),
        BinaryPrimitives.ReadUInt32LittleEndian(from[20..]));

    public static void WriteHardState(Span<byte> to, HardState state)
    {
        BinaryPrimitives.WriteUInt64LittleEndian(to, state.Term.Value);
        BinaryPrimitives.WriteUInt64LittleEndian(to[8..], state.Vote.Value);
        BinaryPrimitives.WriteUInt64LittleEndian(to[16..], state.Commit.Value);
    }

    public static HardState ReadHardState(ReadOnlySpan<byte> from) => new(
        new Term(BinaryPrimitives.ReadUInt64LittleEndian(from)),
        new NodeId(BinaryPrimitives.ReadUInt64LittleEndian(from[8..])),
        new LogIndex(BinaryPrimitives.ReadUInt64LittleEndian(from[16..])));

    public static void WriteEntryId(Span<byte> to, EntryId id)
    {
        BinaryPrimitives.WriteUInt64LittleEndian(to, id.Term.Value);
        BinaryPrimitives.WriteUInt64LittleEndian(to[8..], id.Index.Value);
    }

    public static EntryId ReadEntryId(ReadOnlySpan<byte> from) => new(
        new Term(BinaryPrimitives.ReadUInt64LittleEndian(from)),
        new LogIndex(BinaryPrimitives.ReadUInt64LittleEndian(from[8..])));

    public static void WriteEntry(Span<byte> to, in Entry entry)
    {
        WriteEntryId(to, new EntryId(entry.Term, entry.Index));
        to[16] = (byte)entry.Kind;
        entry.Data.Span.CopyTo(to[EntryHeaderSize..]);
    }

    public static Entry ReadEntry(ReadOnlySpan<byte> from)
    {
        var id = ReadEntryId(from);
        return new Entry(id.Term, id.Index, (EntryKind)from[16], from[EntryHeaderSize..].ToArray());
    }
}
