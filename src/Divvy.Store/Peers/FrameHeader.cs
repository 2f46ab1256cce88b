using System.Buffers.Binary;
using Divvy.Store.Wal;

namespace Divvy.Store.Peers;

/// <summary>What precedes a payload: its length, the CRC-32C of kind and payload, and its kind (9 bytes,
/// little-endian).</summary>
internal readonly record struct FrameHeader(uint Length, uint Crc, FrameKind Kind)
{
    public const int Size = 9;

    private const int CrcAt = 4;
    private const int KindAt = 8;

    /// <summary>Seals a frame: its payload is already in place behind the header.</summary>
    public static void Write(Span<byte> frame, FrameKind kind)
    {
        frame[KindAt] = (byte)kind;
        BinaryPrimitives.WriteUInt32LittleEndian(frame, (uint)(frame.Length - Size));
        BinaryPrimitives.WriteUInt32LittleEndian(frame[CrcAt..], Crc32C.Append(0, frame[KindAt..]));
    }

    public static FrameHeader Read(ReadOnlySpan<byte> from) => new(
        BinaryPrimitives.ReadUInt32LittleEndian(from),
        BinaryPrimitives.ReadUInt32LittleEndian(from[CrcAt..]),
        (FrameKind)from[KindAt]);

    /// <summary>Whether a frame that is whole is the one that was written.</summary>
    public bool Seals(ReadOnlySpan<byte> frame) => Crc32C.Append(0, frame[KindAt..]) == Crc;
}
