using System.Buffers.Binary;
using System.Numerics;
using System.Text;

namespace Divvy.Store.Packing;

/// <summary>Writes values one after the other in the store's compact form: numbers as LEB128 varints, signed ones
/// zig-zagged first, bytes and text with their length before them. Reused from message to message; not
/// thread-safe.</summary>
internal sealed class PackedWriter(int capacity = 256)
{
    private const int MaxVarint = 10;

    private byte[] buffer = new byte[capacity];
    private int length;

    public ReadOnlySpan<byte> Written => buffer.AsSpan(0, length);

    public void Clear() => length = 0;

    public byte[] ToArray() => Written.ToArray();

    public void Byte(byte value)
    {
        Reserve(1);
        buffer[length++] = value;
    }

    public void Flag(bool value) => Byte(value ? (byte)1 : (byte)0);

    public void Unsigned(ulong value)
    {
        Reserve(MaxVarint);
        while (value >= 0x80)
        {
            buffer[length++] = (byte)(value | 0x80);
            value >>= 7;
        }

        buffer[length++] = (byte)value;
    }

    public void Signed(long value) => Unsigned((ulong)((value << 1) ^ (value >> 63)));

    public void Count(int value) => Unsigned((ulong)value);

    /// <summary>Eight bytes, for ids that would make long varints.</summary>
    public void Fixed(ulong value)
    {
        Reserve(8);
        BinaryPrimitives.WriteUInt64LittleEndian(buffer.AsSpan(length), value);
        length += 8;
    }

    public void Bytes(ReadOnlySpan<byte> value)
    {
        Count(value.Length);
        Reserve(value.Length);
        value.CopyTo(buffer.AsSpan(length));
        length += value.Length;
    }

    public void Text(string value)
    {
        var size = Encoding.UTF8.GetByteCount(value);
        Count(size);
        Reserve(size);
        length += Encoding.UTF8.GetBytes(value, buffer.AsSpan(length));
    }

    private void Reserve(int size)
    {
        if (length + size > buffer.Length)
            Array.Resize(ref buffer, (int)BitOperations.RoundUpToPowerOf2((uint)(length + size)));
    }
}
