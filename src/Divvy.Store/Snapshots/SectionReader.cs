using System.Buffers.Binary;
using Divvy.Store.Disk;
using Divvy.Store.Wal;

namespace Divvy.Store.Snapshots;

/// <summary>Reads the sections of a snapshot file in order and checks them (see <see cref="SectionWriter"/>).</summary>
internal sealed class SectionReader(string path, IDiskFile file)
{
    private const int MaxSection = 512 << 20;

    private byte[] buffer = new byte[64 << 10];
    private uint crc;
    private long at;

    /// <summary>The next section; its content is good until the next call.
    /// <exception cref="SnapshotDamagedException">It is not as it was written, or cut off.</exception></summary>
    public (SectionKind Kind, ReadOnlyMemory<byte> Content) Next()
    {
        Span<byte> head = stackalloc byte[SectionWriter.HeadSize];
        if (file.Read(at, head) < head.Length)
            throw Damaged("the file ends before its last section");
        var length = BinaryPrimitives.ReadInt32LittleEndian(head[1..]);
        if (length is < 0 or > MaxSection || at + SectionWriter.HeadSize + length > file.Length)
            throw Damaged($"a section of {length} bytes does not fit the file");
        if (buffer.Length < length)
            buffer = new byte[length];
        var content = buffer.AsMemory(0, length);
        file.Read(at + SectionWriter.HeadSize, content.Span);
        crc = Crc32C.Append(Crc32C.Append(crc, head[..5]), content.Span);
        if (crc != BinaryPrimitives.ReadUInt32LittleEndian(head[5..]))
            throw Damaged("a checksum does not match");
        at += SectionWriter.HeadSize + length;
        return ((SectionKind)head[0], content);
    }

    /// <summary>Where the next section begins.</summary>
    public long Position => at;

    public SnapshotDamagedException Damaged(string what) => new(path, at, what);
}
