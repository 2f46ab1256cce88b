using System.Buffers.Binary;

namespace Divvy.Cli.Benchmarking.Http2;

/// <summary>The nine octets before each frame (RFC 9113, section 4.1).</summary>
internal readonly record struct FrameHeader(int Length, FrameType Type, FrameFlags Flags, int StreamId)
{
    public const int Size = 9;

    /// <summary>SETTINGS_MAX_FRAME_SIZE where nothing else was said.</summary>
    public const int DefaultMaxLength = 16 * 1024;

    public static FrameHeader Read(ReadOnlySpan<byte> octets) => new(
        (int)(BinaryPrimitives.ReadUInt32BigEndian(octets) >> 8),
        (FrameType)octets[3],
        (FrameFlags)octets[4],
        BinaryPrimitives.ReadInt32BigEndian(octets[5..]) & int.MaxValue);
}
