using System.Buffers.Binary;
using Divvy.Cli.Benchmarking.Http2;

namespace Divvy.Cli.Benchmarking.Watching;

/// <summary>Walks over the fields of a protobuf message where it lies. A watch load receives a million small messages
/// a second; to make objects of them would measure the making.</summary>
internal ref struct ProtoReader(ReadOnlySpan<byte> message)
{
    private const int Varint = 0;
    private const int Fixed64 = 1;
    private const int Delimited = 2;
    private const int Fixed32 = 5;

    private ReadOnlySpan<byte> rest = message;

    /// <summary>The number of the present field.</summary>
    public int Field { get; private set; }

    /// <summary>Its value, if that is a number.</summary>
    public ulong Number { get; private set; }

    /// <summary>Its value, if that is octets or a message.</summary>
    public ReadOnlySpan<byte> Octets { get; private set; }

    /// <summary>Goes to the next field; false at the end.
    /// <exception cref="Http2Exception">It is no protobuf message.</exception></summary>
    public bool Next()
    {
        if (rest.IsEmpty)
            return false;
        var tag = ReadVarint();
        Field = (int)(tag >> 3);
        Octets = default;
        Number = 0;
        switch (tag & 7)
        {
            case Varint:
                Number = ReadVarint();
                break;
            case Fixed64:
                Number = BinaryPrimitives.ReadUInt64LittleEndian(Take(8));
                break;
            case Delimited:
                Octets = Take(ReadVarint());
                break;
            case Fixed32:
                Number = BinaryPrimitives.ReadUInt32LittleEndian(Take(4));
                break;
            default:
                throw new Http2Exception($"a response holds a field of the unknown wire type {tag & 7}");
        }

        return true;
    }

    private ulong ReadVarint()
    {
        var value = 0UL;
        for (var shift = 0; shift < 64; shift += 7)
        {
            var octet = Take(1)[0];
            value |= (ulong)(octet & 0x7F) << shift;
            if (octet < 0x80)
                return value;
        }

        throw new Http2Exception("a response holds a number that is too long");
    }

    private ReadOnlySpan<byte> Take(ulong count)
    {
        if (count > (ulong)rest.Length)
            throw new Http2Exception("a response ends inside a field");
        var taken = rest[..(int)count];
        rest = rest[(int)count..];
        return taken;
    }
}
