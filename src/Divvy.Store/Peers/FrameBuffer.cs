using System.Buffers;

namespace Divvy.Store.Peers;

/// <summary>Collects frames for one write to the socket. Not thread-safe.</summary>
internal sealed class FrameBuffer : IDisposable
{
    /// <summary>What is kept between writes; more is given back.</summary>
    private const int KeptBytes = 512 << 10;

    private const int FirstBytes = 16 << 10;

    private byte[] buffer = ArrayPool<byte>.Shared.Rent(FirstBytes);
    private int length;

    public ReadOnlyMemory<byte> Written => buffer.AsMemory(0, length);

    public void Append(in OutgoingFrame frame)
    {
        Reserve(FrameHeader.Size + frame.Size);
        var at = buffer.AsSpan(length);
        var size = FrameHeader.Size + frame.Write(at[FrameHeader.Size..]);
        FrameHeader.Write(at[..size], frame.Kind);
        length += size;
    }

    public void Clear()
    {
        length = 0;
        if (buffer.Length <= KeptBytes)
            return;
        ArrayPool<byte>.Shared.Return(buffer);
        buffer = ArrayPool<byte>.Shared.Rent(FirstBytes);
    }

    public void Dispose()
    {
        if (buffer.Length > 0)
            ArrayPool<byte>.Shared.Return(buffer);
        buffer = [];
        length = 0;
    }

    private void Reserve(int count)
    {
        if (buffer.Length - length >= count)
            return;
        var larger = ArrayPool<byte>.Shared.Rent(Math.Max(checked(length + count), buffer.Length * 2));
        buffer.AsSpan(0, length).CopyTo(larger);
        ArrayPool<byte>.Shared.Return(buffer);
        buffer = larger;
    }
}
