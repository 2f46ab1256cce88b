using System.Net;
using Divvy.Rpc.Protocol;
using Google.Protobuf;

namespace Divvy.Rpc.Client;

/// <summary>The body of a call with one request: known in full, so it goes out with the headers, and once more when
/// the connection was lost before the server saw it. Its buffer is not pooled: HTTP may still be sending it when the
/// answer is there.</summary>
internal sealed class SingleMessageContent : HttpContent
{
    private readonly byte[] frame;

    private SingleMessageContent(byte[] frame) => this.frame = frame;

    public static SingleMessageContent Create<T>(T message)
        where T : class, IMessage<T>
    {
        var size = message.CalculateSize();
        var frame = GC.AllocateUninitializedArray<byte>(MessageFrame.HeaderSize + size);
        MessageFrame.WriteHeader(frame, size);
        message.WriteTo(frame.AsSpan(MessageFrame.HeaderSize));
        return new SingleMessageContent(frame);
    }

    protected override Task SerializeToStreamAsync(Stream stream, TransportContext? context) =>
        SerializeToStreamAsync(stream, context, default);

    protected override Task SerializeToStreamAsync(
        Stream stream, TransportContext? context, CancellationToken cancellationToken) =>
        stream.WriteAsync(frame, cancellationToken).AsTask();

    /// <summary>No content-length: a gRPC body has none.</summary>
    protected override bool TryComputeLength(out long length)
    {
        length = 0;
        return false;
    }
}
