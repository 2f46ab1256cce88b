using System.Buffers.Binary;

namespace Divvy.Store.Wal;

/// <summary>How a record stands in a segment:
/// <code>
///   length    u32   of kind and payload; 0: nothing was written here
///   durable   u32   how much of the segment was known to be durable when this record was written
///   check     u32   CRC-32C of length and durable
///   checksum  u32   CRC-32C of all kinds and payloads of the log so far, this one included
///   kind      u8
///   payload
///   padding with zeros to a multiple of 16
/// </code>
/// Records begin at multiples of 16, so a header never straddles a sector: it is there whole or not at all, and one
/// whose
/// check fails is damaged, not torn. A later record that calls a damaged place durable proves the damage, too. All
/// numbers
/// are little-endian.</summary>
internal static class WalFrame
{
    public const int HeaderSize = 16;
    private const int Alignment = 16;

    /// <summary>No record is longer: a length beyond it is damage.</summary>
    public const int MaxLength = 256 << 20;

    /// <summary>In place of a length: the segment is full, and the one whose number stands in place of the durable mark
    /// follows. Not part of the chain of checksums; it may be missing, or be zeros, after a crash.</summary>
    public const uint SealMark = uint.MaxValue;

    public static int SizeOf(int length) => (HeaderSize + length + Alignment - 1) / Alignment * Alignment;

    /// <summary>Completes a record whose payload stands in its place at the start of a buffer that is otherwise zeros
    /// there;
    /// returns the checksum to chain on.</summary>
    public static uint Seal(Span<byte> buffer, WalRecordKind kind, int payload, uint durable, uint crc)
    {
        var body = buffer.Slice(HeaderSize, payload + 1);
        body[0] = (byte)kind;
        crc = Crc32C.Append(crc, body);
        BinaryPrimitives.WriteUInt32LittleEndian(buffer, (uint)body.Length);
        BinaryPrimitives.WriteUInt32LittleEndian(buffer[4..], durable);
        BinaryPrimitives.WriteUInt32LittleEndian(buffer[8..], Crc32C.Append(0, buffer[..8]));
        BinaryPrimitives.WriteUInt32LittleEndian(buffer[12..], crc);
        return crc;
    }

    /// <summary>Writes the mark that ends a full segment.</summary>
    public static void WriteSeal(Span<byte> buffer, uint nextSegment)
    {
        BinaryPrimitives.WriteUInt32LittleEndian(buffer, SealMark);
        BinaryPrimitives.WriteUInt32LittleEndian(buffer[4..], nextSegment);
        BinaryPrimitives.WriteUInt32LittleEndian(buffer[8..], Crc32C.Append(0, buffer[..8]));
    }

    public static WalFrameHeader Read(ReadOnlySpan<byte> buffer) => new(
        BinaryPrimitives.ReadUInt32LittleEndian(buffer),
        BinaryPrimitives.ReadUInt32LittleEndian(buffer[4..]),
        BinaryPrimitives.ReadUInt32LittleEndian(buffer[12..]),
        BinaryPrimitives.ReadUInt32LittleEndian(buffer[8..]) == Crc32C.Append(0, buffer[..8]));

    /// <summary>A record at or after <paramref name="from"/> says that the byte at <paramref name="place"/> was
    /// durable before it was
    /// written.</summary>
    public static bool LaterRecordCallsDurable(ReadOnlySpan<byte> segment, int from, int place)
    {
        var first = (from + Alignment - 1) / Alignment * Alignment;
        for (var at = first; at + HeaderSize <= segment.Length; at += Alignment)
        {
            var header = Read(segment[at..]);
            if (header.Length > 0 && header.Checks && header.Durable > place)
                return true;
        }

        return false;
    }
}
