using System.Buffers.Binary;
using System.Text;

namespace Divvy.Store.Peers;

/// <summary>Reads the primitives of the peer protocol and never past the end: what does not fit is an
/// <see cref="InvalidDataException"/>. Nothing is allocated before its length was checked against what is there.
/// </summary>
internal ref struct WireReader(ReadOnlySpan<byte> source)
{
    private ReadOnlySpan<byte> rest = source;

    public readonly int Remaining => rest.Length;

    public byte Byte() => Take(1)[0];

    public ulong Varint()
    {
        ulong value = 0;
        for (var shift = 0; shift < 64; shift += 7)
        {
            var part = Byte();
            if (shift == 63 && part > 1)
                break;
            value |= (ulong)(part & 0x7F) << shift;
            if (part < 0x80)
                return value;
        }

        throw new InvalidDataException("a number is longer than 64 bits");
    }

    public ulong Fixed64() => BinaryPrimitives.ReadUInt64LittleEndian(Take(sizeof(ulong)));

    /// <summary>How many items follow, none of which is smaller than <paramref name="smallest"/> bytes.</summary>
    public int Count(string what, int smallest, int limit)
    {
        var count = Varint();
        if (count > (ulong)limit)
            throw new InvalidDataException($"{count} {what}, at most {limit} are allowed");
        if (count * (ulong)smallest > (ulong)rest.Length)
            throw new InvalidDataException($"{count} {what} do not fit into {rest.Length} bytes");
        return (int)count;
    }

    public ReadOnlySpan<byte> Bytes()
    {
        var length = Varint();
        if (length > (ulong)rest.Length)
            throw new InvalidDataException($"{length} bytes announced, {rest.Length} are left");
        return Take((int)length);
    }

    public string Text(int limit)
    {
        var bytes = Bytes();
        return bytes.Length <= limit
            ? Encoding.UTF8.GetString(bytes)
            : throw new InvalidDataException($"a text of {bytes.Length} bytes, at most {limit} are allowed");
    }

    public ReadOnlySpan<byte> Rest() => Take(rest.Length);

    public readonly void End()
    {
        if (!rest.IsEmpty)
            throw new InvalidDataException($"{rest.Length} bytes too many");
    }

    private ReadOnlySpan<byte> Take(int count)
    {
        if (count > rest.Length)
            throw new InvalidDataException($"{count} bytes expected, {rest.Length} are left");
        var taken = rest[..count];
        rest = rest[count..];
        return taken;
    }
}
