namespace Divvy.Store.Peers;

/// <summary>Sends and receives the single frames that begin a connection.</summary>
internal static class Handshake
{
    public static async Task SendAsync(
        Stream stream, FrameKind kind, byte[] payload, CancellationToken cancellationToken)
    {
        using var buffer = new FrameBuffer();
        buffer.Append(OutgoingFrame.Of(kind, 0, 0, payload));
        await stream.WriteAsync(buffer.Written, cancellationToken).ConfigureAwait(false);
    }

    /// <summary>Waits for a frame of this kind.
    /// <exception cref="InvalidDataException">Something else came.</exception></summary>
    public static async Task<T> ReceiveAsync<T>(
        FrameReader reader, FrameKind kind, Decoder<T> decode, CancellationToken cancellationToken)
    {
        reader.MaxPayload = Hello.MaxBytes;
        while (true)
        {
            if (reader.TryTake(out var actual, out var payload))
            {
                return actual == kind
                    ? decode(Envelope.Read(payload).Body)
                    : throw new InvalidDataException($"a frame of kind {actual} instead of {kind}");
            }

            if (await reader.FillAsync(cancellationToken).ConfigureAwait(false) == 0)
                throw new EndOfStreamException($"it closed the connection instead of sending its {kind}");
        }
    }

    public delegate T Decoder<out T>(ReadOnlySpan<byte> source);
}
