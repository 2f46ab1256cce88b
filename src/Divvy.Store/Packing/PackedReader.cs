using System.Buffers.Binary;
using System.Text;

namespace Divvy.Store.Packing;

/// <summary>Reads what <see cref="PackedWriter"/> wrote. Bytes are slices of the input.
/// <exception cref="FormatException">Any call: the input ends early, or a number has no such form.</exception>
/// </summary>
internal ref struct PackedReader(ReadOnlyMemory<byte> input)
{
    private readonly ReadOnlySpan<byte> span = input.Span;
    private int at;

    public readonly bool IsAtEnd => at == span.Length;

    public byte Byte()
    {
        Need(1);
        return span[at++];
    }

    public bool Flag() => Byte() switch
    {
        0 => false,
        1 => true,
        var other => throw new FormatException($"{other} is neither true nor false"),
    };

    public ulong Unsigned()
    {
        var value = 0ul;
        for (var shift = 0; shift < 64; shift += 7)
        {
            var next = Byte();
            value |= (ulong)(next & 0x7F) << shift;
            if (next < 0x80)
                return value;
        }

        throw new FormatException("a number is too long");
    }

    public long Signed()
    {
        var value = Unsigned();
        return (long)(value >> 1) ^ -(long)(value & 1);
    }

    /// <summary>A number of things that are each at least a byte long.</summary>
    public int Count()
    {
        var count = Unsigned();
        if (count > (ulong)(span.Length - at))
            throw new FormatException($"{count} things are said to follow in {span.Length - at} bytes");
        return (int)count;
    }

    public ulong Fixed()
    {
        Need(8);
        at += 8;
        return BinaryPrimitives.ReadUInt64LittleEndian(span[(at - 8)..]);
    }

    public ReadOnlyMemory<byte> Bytes()
    {
        var size = Count();
        at += size;
        return input.Slice(at - size, size);
    }

    public string Text() => Encoding.UTF8.GetString(Bytes().Span);

    private readonly void Need(int size)
    {
        if (span.Length - at < size)
            throw new FormatException($"{size} bytes are missing at the end");
    }
}
