using System.Buffers.Binary;
using Divvy.Store.Disk;
using Divvy.Store.Wal;

namespace Divvy.Store.Snapshots;

/// <summary>
/// Writes a snapshot file: sections of {kind (1 byte), length (4), checksum (4), content}. The checksum is CRC-32C over
/// kind and content, chained from section to section, so none can be lost, repeated or moved unnoticed; the section
/// <see cref="SectionKind.End"/> shows that nothing is missing behind.
/// </summary>
internal sealed class SectionWriter(IDiskFile file)
{
    public const int HeadSize = 9;

    private readonly byte[] head = new byte[HeadSize];
    private uint crc;

    public long Length { get; private set; }

    public void Write(SectionKind kind, ReadOnlySpan<byte> content)
    {
        head[0] = (byte)kind;
        BinaryPrimitives.WriteInt32LittleEndian(head.AsSpan(1), content.Length);
        crc = Crc32C.Append(Crc32C.Append(crc, head.AsSpan(0, 5)), content);
        BinaryPrimitives.WriteUInt32LittleEndian(head.AsSpan(5), crc);
        file.Write(Length, head);
        file.Write(Length + HeadSize, content);
        Length += HeadSize + content.Length;
    }
}
