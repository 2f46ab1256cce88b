using System.Buffers.Binary;
using System.Text;

namespace Divvy.Store.Peers;

/// <summary>Writes the primitives of the peer protocol into a span that is known to be long enough.</summary>
internal ref struct WireWriter(Span<byte> target)
{
    /// <summary>The most bytes a 64-bit number takes.</summary>
    public const int MaxVarint = 10;

    private readonly Span<byte> target = target;

    public int Written { get; private set; }

    public void Byte(byte value) => target[Written++] = value;

    /// <summary>Seven bits a byte, low ones first, as in protocol buffers.</summary>
    public void Varint(ulong value)
    {
        while (value >= 0x80)
        {
            target[Written++] = (byte)(value | 0x80);
            value >>= 7;
        }

        target[Written++] = (byte)value;
    }

    public void Fixed64(ulong value)
    {
        BinaryPrimitives.WriteUInt64LittleEndian(target[Written..], value);
        Written += sizeof(ulong);
    }

    public void Bytes(ReadOnlySpan<byte> value)
    {
        value.CopyTo(target[Written..]);
        Written += value.Length;
    }

    /// <summary>UTF-8 with its length in front.</summary>
    public void Text(string value)
    {
        Varint((ulong)Encoding.UTF8.GetByteCount(value));
        Written += Encoding.UTF8.GetBytes(value, target[Written..]);
    }

    public static int TextSize(string value) => MaxVarint + Encoding.UTF8.GetByteCount(value);
}
