using System.Buffers;
using System.Buffers.Binary;
using System.Text;

namespace Divvy.Consensus.Auth;

/// <summary>Numbers are eight bytes, little-endian; contents follow their length.</summary>
internal readonly struct AuthSnapshotWriter(IBufferWriter<byte> output)
{
    public void Byte(byte value) => output.Write([value]);

    public void Number(long value)
    {
        BinaryPrimitives.WriteInt64LittleEndian(output.GetSpan(sizeof(long)), value);
        output.Advance(sizeof(long));
    }

    public void Bytes(ReadOnlySpan<byte> value)
    {
        Number(value.Length);
        output.Write(value);
    }

    public void Text(string value) => Bytes(Encoding.UTF8.GetBytes(value));
}
