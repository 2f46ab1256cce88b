using System.Buffers.Binary;

namespace Divvy.Consensus.Mvcc.Export;

/// <summary>Reads the content of one frame. A frame whose checksum holds was written by this code, but may come from
/// another version or a disk that lies twice: whatever does not fit is refused and never trusted.</summary>
internal ref struct FrameReader(ReadOnlySpan<byte> content)
{
    private ReadOnlySpan<byte> rest = content;

    public readonly bool IsAtEnd => rest.IsEmpty;

    public byte ReadByte() => Take(1)[0];

    public long ReadFixed() => BinaryPrimitives.ReadInt64LittleEndian(Take(sizeof(long)));

    /// <summary>A number that is no larger than it may be.</summary>
    public long ReadNumber(long max)
    {
        var value = 0UL;
        for (var shift = 0; shift < 64; shift += 7)
        {
            var octet = ReadByte();
            value |= (ulong)(octet & 0x7F) << shift;
            if (octet < 0x80)
                return value <= (ulong)max ? (long)value : throw Damage($"a number is {value}, with {max} the largest");
        }
        throw Damage("a number does not end");
    }

    /// <summary>A length and as many bytes.</summary>
    public ReadOnlySpan<byte> ReadOctets() => Take((int)ReadNumber(rest.Length));

    public ReadOnlySpan<byte> Take(int length)
    {
        if (length > rest.Length)
            throw Damage($"it ends {length - rest.Length} bytes early");
        var taken = rest[..length];
        rest = rest[length..];
        return taken;
    }

    private static InvalidDataException Damage(string what) => new($"a frame of the export is damaged: {what}");
}
