using System.Buffers.Binary;

namespace Divvy.Cli.Benchmarking.Http2;

/// <summary>Octets on their way to the socket, and the writing of frames into them. Not thread-safe.</summary>
internal sealed class OutputBuffer
{
    private byte[] octets = new byte[16 * 1024];

    public int Length { get; private set; }

    public ReadOnlyMemory<byte> Written => octets.AsMemory(0, Length);

    public void Clear() => Length = 0;

    /// <summary>Drops what was sent; the rest moves to the front.</summary>
    public void Consume(int count)
    {
        octets.AsSpan(count, Length - count).CopyTo(octets);
        Length -= count;
    }

    public void Write(ReadOnlySpan<byte> data) => data.CopyTo(Reserve(data.Length));

    /// <summary>A frame header (RFC 9113, section 4.1); the payload is written after it.</summary>
    public void WriteFrame(FrameType type, FrameFlags flags, int streamId, int length)
    {
        var header = Reserve(FrameHeader.Size);
        BinaryPrimitives.WriteUInt32BigEndian(header, ((uint)length << 8) | (byte)type);
        header[4] = (byte)flags;
        BinaryPrimitives.WriteInt32BigEndian(header[5..], streamId);
    }

    public void WriteInt32(uint value) => BinaryPrimitives.WriteUInt32BigEndian(Reserve(4), value);

    public void WriteSetting(Setting setting, uint value)
    {
        BinaryPrimitives.WriteUInt16BigEndian(Reserve(2), (ushort)setting);
        WriteInt32(value);
    }

    private Span<byte> Reserve(int count)
    {
        if (octets.Length - Length < count)
            Array.Resize(ref octets, Math.Max(octets.Length * 2, Length + count));
        var span = octets.AsSpan(Length, count);
        Length += count;
        return span;
    }
}
