using System.Buffers.Binary;
using System.Text;

namespace Divvy.Consensus.Auth;

/// <summary>Reads what <see cref="AuthSnapshotWriter"/> wrote.</summary>
internal ref struct AuthSnapshotReader(ReadOnlySpan<byte> input)
{
    private ReadOnlySpan<byte> left = input;

    public byte Byte() => Take(1)[0];

    public long Number() => BinaryPrimitives.ReadInt64LittleEndian(Take(sizeof(long)));

    public byte[] Bytes() => Take(Number()).ToArray();

    public string Text() => Encoding.UTF8.GetString(Take(Number()));

    /// <summary>Throws when there is more.</summary>
    public readonly void End()
    {
        if (!left.IsEmpty)
            throw new InvalidDataException($"users and roles are followed by {left.Length} bytes too many");
    }

    private ReadOnlySpan<byte> Take(long count)
    {
        if (count < 0 || count > left.Length)
            throw new InvalidDataException($"users and roles are cut short: {count} bytes wanted, {left.Length} left");
        var taken = left[..(int)count];
        left = left[(int)count..];
        return taken;
    }
}
