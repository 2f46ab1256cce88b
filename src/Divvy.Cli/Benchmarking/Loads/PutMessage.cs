using Google.Protobuf;

namespace Divvy.Cli.Benchmarking.Loads;

/// <summary>A PutRequest in which only the key changes: encoded once, the key overwritten in place.</summary>
internal sealed class PutMessage : IRequestMessage
{
    private const int KeyField = 1;
    private const int ValueField = 2;

    private readonly KeySpace keys;
    private readonly byte[] message;
    private readonly int keyOffset;

    public PutMessage(KeySpace keys, byte[] value)
    {
        this.keys = keys;
        using var buffer = new MemoryStream();
        using (var output = new CodedOutputStream(buffer, leaveOpen: true))
        {
            output.WriteTag(KeyField, WireFormat.WireType.LengthDelimited);
            output.WriteBytes(UnsafeByteOperations.UnsafeWrap(new byte[keys.KeySize]));
            keyOffset = (int)output.Position - keys.KeySize;
            output.WriteTag(ValueField, WireFormat.WireType.LengthDelimited);
            output.WriteBytes(UnsafeByteOperations.UnsafeWrap(value));
        }

        message = buffer.ToArray();
    }

    public ReadOnlySpan<byte> For(long index)
    {
        keys.Write(index, message.AsSpan(keyOffset, keys.KeySize));
        return message;
    }
}
