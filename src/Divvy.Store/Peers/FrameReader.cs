using System.Buffers;

namespace Divvy.Store.Peers;

/// <summary>Cuts a stream into frames. The buffer is reused: a payload is valid until the next
/// <see cref="FillAsync"/>. It grows with what has really arrived, so a frame that announces a great length costs its
/// receiver nothing. Not thread-safe.</summary>
internal sealed class FrameReader(Stream stream) : IDisposable
{
    private const int UsualBytes = 128 << 10;

    private byte[] buffer = ArrayPool<byte>.Shared.Rent(UsualBytes);
    private int start;
    private int end;

    /// <summary>The longest payload that is taken.</summary>
    public required int MaxPayload { get; set; }

    /// <summary>Takes the next frame if it is there whole.
    /// <exception cref="InvalidDataException">It is too long, or not what was written.</exception></summary>
    public bool TryTake(out FrameKind kind, out ReadOnlySpan<byte> payload)
    {
        kind = default;
        payload = default;
        var available = buffer.AsSpan(start, end - start);
        if (available.Length < FrameHeader.Size)
            return false;
        var header = FrameHeader.Read(available);
        if (header.Length > (uint)MaxPayload)
            throw new InvalidDataException($"a frame of {header.Length} bytes, at most {MaxPayload} are allowed");
        var whole = FrameHeader.Size + (int)header.Length;
        if (available.Length < whole)
            return false;
        if (!header.Seals(available[..whole]))
            throw new InvalidDataException($"a frame of {header.Length} bytes does not match its checksum");
        kind = header.Kind;
        payload = available[FrameHeader.Size..whole];
        start += whole;
        return true;
    }

    /// <summary>Reads more; returns how much, 0 at the end of the stream.
    /// <exception cref="InvalidDataException">The stream ended inside a frame.</exception></summary>
    public async ValueTask<int> FillAsync(CancellationToken cancellationToken = default)
    {
        MakeRoom();
        var read = await stream.ReadAsync(buffer.AsMemory(end), cancellationToken).ConfigureAwait(false);
        if (read == 0 && end > start)
            throw new InvalidDataException($"the stream ended {end - start} bytes into a frame");
        end += read;
        return read;
    }

    public void Dispose()
    {
        if (buffer.Length > 0)
            ArrayPool<byte>.Shared.Return(buffer);
        buffer = [];
        start = end = 0;
    }

    private void MakeRoom()
    {
        var held = end - start;
        if (held == 0)
        {
            start = end = 0;
            if (buffer.Length > 2 * UsualBytes)
                Replace(UsualBytes, held);
        }
        else if (held > buffer.Length / 2)
        {
            Replace(buffer.Length * 2, held);
        }
        else if (end == buffer.Length)
        {
            buffer.AsSpan(start, held).CopyTo(buffer);
            (start, end) = (0, held);
        }
    }

    private void Replace(int size, int held)
    {
        var other = ArrayPool<byte>.Shared.Rent(size);
        buffer.AsSpan(start, held).CopyTo(other);
        ArrayPool<byte>.Shared.Return(buffer);
        buffer = other;
        (start, end) = (0, held);
    }
}
