using System.Buffers;
using System.Net;
using Divvy.Rpc.Protocol;
using Google.Protobuf;

namespace Divvy.Rpc.Client;

/// <summary>The body of a call whose requests come one by one: HTTP gives it a stream, and the call writes to that
/// stream until it half-closes.</summary>
internal sealed class StreamingContent : HttpContent
{
    private readonly TaskCompletionSource<Stream> opened = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly TaskCompletionSource completed = new(TaskCreationOptions.RunContinuationsAsynchronously);

    public async ValueTask WriteAsync<T>(T message, CancellationToken cancellationToken)
        where T : class, IMessage<T>
    {
        var size = message.CalculateSize();
        var buffer = ArrayPool<byte>.Shared.Rent(MessageFrame.HeaderSize + size);
        MessageFrame.WriteHeader(buffer, size);
        message.WriteTo(buffer.AsSpan(MessageFrame.HeaderSize, size));
        var stream = opened.Task.IsCompletedSuccessfully
            ? opened.Task.Result
            : await opened.Task.WaitAsync(cancellationToken).ConfigureAwait(false);
        var frame = buffer.AsMemory(0, MessageFrame.HeaderSize + size);
        await stream.WriteAsync(frame, cancellationToken).ConfigureAwait(false);
        await stream.FlushAsync(cancellationToken).ConfigureAwait(false);
        // Not returned after a failure: the transport may hold on to it.
        ArrayPool<byte>.Shared.Return(buffer);
    }

    /// <summary>Half-closes: the end of the body goes out.</summary>
    public void Complete() => completed.TrySetResult();

    /// <summary>Lets go of whoever waits for a stream that will not come.</summary>
    public void Abort(Exception cause)
    {
        opened.TrySetException(cause);
        _ = opened.Task.Exception;
        completed.TrySetCanceled();
    }

    protected override Task SerializeToStreamAsync(Stream stream, TransportContext? context) =>
        SerializeToStreamAsync(stream, context, default);

    protected override async Task SerializeToStreamAsync(
        Stream stream, TransportContext? context, CancellationToken cancellationToken)
    {
        if (!opened.TrySetResult(stream))
            throw new IOException("the requests of a streaming call cannot be sent a second time");
        await completed.Task.WaitAsync(cancellationToken).ConfigureAwait(false);
    }

    protected override bool TryComputeLength(out long length)
    {
        length = 0;
        return false;
    }
}
