using System.Buffers;
using Divvy.Rpc.Protocol;
using Google.Protobuf;

namespace Divvy.Rpc.Client;

/// <summary>Takes messages off a response body. The buffer grows to the largest message and not beyond the limit; a
/// read that was given up keeps what it has.</summary>
internal sealed class ResponseFrames(Stream body, int maxMessageSize, string? encoding) : IDisposable
{
    private const int FirstSize = 4096;

    private byte[] buffer = ArrayPool<byte>.Shared.Rent(FirstSize);
    private int start;
    private int end;

    /// <summary>The next message, or null at the end of the body.</summary>
    public async ValueTask<T?> ReadAsync<T>(MessageParser<T> parser, CancellationToken cancellationToken)
        where T : class, IMessage<T>
    {
        if (!await FillAsync(MessageFrame.HeaderSize, cancellationToken).ConfigureAwait(false))
            return end == start ? null : throw MessageFrame.Truncated(end - start);
        var header = buffer.AsSpan(start, MessageFrame.HeaderSize);
        var size = MessageFrame.HeaderSize + MessageFrame.ReadHeader(header, maxMessageSize, encoding);
        if (!await FillAsync(size, cancellationToken).ConfigureAwait(false))
            throw MessageFrame.Truncated(end - start);
        var frame = new ReadOnlySequence<byte>(buffer, start, size);
        MessageFrame.TryRead(ref frame, parser, maxMessageSize, encoding, out var message);
        start += size;
        return message;
    }

    public void Dispose()
    {
        ArrayPool<byte>.Shared.Return(buffer);
        buffer = [];
    }

    private async ValueTask<bool> FillAsync(int size, CancellationToken cancellationToken)
    {
        while (end - start < size)
        {
            MakeRoom(size);
            var read = await body.ReadAsync(buffer.AsMemory(end), cancellationToken).ConfigureAwait(false);
            if (read == 0)
                return false;
            end += read;
        }

        return true;
    }

    private void MakeRoom(int size)
    {
        if (buffer.Length - start >= size && end < buffer.Length)
            return;
        // The length is only the peer's word, so the buffer doubles as the bytes come instead of trusting it.
        var wanted = Math.Min(size, Math.Max(FirstSize, 2 * (end - start)));
        if (wanted <= buffer.Length && start > 0)
        {
            buffer.AsSpan(start, end - start).CopyTo(buffer);
        }
        else
        {
            var larger = ArrayPool<byte>.Shared.Rent(Math.Max(wanted, buffer.Length + 1));
            buffer.AsSpan(start, end - start).CopyTo(larger);
            ArrayPool<byte>.Shared.Return(buffer);
            buffer = larger;
        }

        end -= start;
        start = 0;
    }
}
