using System.Buffers.Binary;

namespace Divvy.Cli.Benchmarking.Http2;

/// <summary>Puts the length-prefixed messages of a response together again. A message that lies in one piece is handed
/// on where it lies; only what is cut by a frame's end is copied.</summary>
internal sealed class MessageAssembler
{
    public const int PrefixSize = 5;

    private readonly int maxMessageSize;
    private byte[] kept = [];
    private int keptLength;

    public MessageAssembler(int maxMessageSize) => this.maxMessageSize = maxMessageSize;

    /// <summary>True between messages.</summary>
    public bool IsEmpty => keptLength == 0;

    public void Clear() => keptLength = 0;

    /// <exception cref="Http2Exception">A message is compressed or larger than the limit.</exception>
    public void Take(ReadOnlySpan<byte> data, ICallReceiver receiver)
    {
        while (keptLength > 0 && !data.IsEmpty)
        {
            var wanted = keptLength < PrefixSize ? PrefixSize : PrefixSize + Length(kept);
            Keep(ref data, wanted - keptLength);
            if (keptLength < PrefixSize || keptLength < PrefixSize + Length(kept))
                continue;
            var length = keptLength - PrefixSize;
            keptLength = 0;
            receiver.OnMessage(kept.AsSpan(PrefixSize, length));
        }

        while (data.Length >= PrefixSize)
        {
            var length = Length(data);
            if (data.Length - PrefixSize < length)
                break;
            receiver.OnMessage(data.Slice(PrefixSize, length));
            data = data[(PrefixSize + length)..];
        }

        if (!data.IsEmpty)
            Keep(ref data, data.Length);
    }

    private int Length(ReadOnlySpan<byte> prefix)
    {
        if (prefix[0] != 0)
            throw new Http2Exception("the server sent a compressed message, which was not asked for");
        var length = BinaryPrimitives.ReadUInt32BigEndian(prefix[1..]);
        return length <= maxMessageSize
            ? (int)length
            : throw new Http2Exception($"the server sent a message of {length} bytes, the limit is {maxMessageSize}");
    }

    private void Keep(ref ReadOnlySpan<byte> data, int wanted)
    {
        var taken = Math.Min(wanted, data.Length);
        if (kept.Length < keptLength + taken)
            Array.Resize(ref kept, Math.Max(kept.Length * 2, keptLength + taken));
        data[..taken].CopyTo(kept.AsSpan(keptLength));
        keptLength += taken;
        data = data[taken..];
    }
}
