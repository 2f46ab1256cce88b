using System.Buffers;
using System.Buffers.Binary;
using System.Diagnostics.CodeAnalysis;
using Google.Protobuf;

namespace Divvy.Rpc.Protocol;

/// <summary>The length-prefixed message of gRPC: a flag (compressed or not), four bytes of length, big-endian, and the
/// message. Nothing here trusts a length before it was held against the limit.</summary>
internal static class MessageFrame
{
    public const int HeaderSize = 5;

    /// <summary>Messages up to this size are written into one span; larger ones piece by piece.</summary>
    private const int OneSpanLimit = 4096;

    /// <summary>The length of the message whose header this is.
    /// <exception cref="RpcException">The message is compressed, or longer than the limit.</exception></summary>
    public static int ReadHeader(ReadOnlySpan<byte> header, int maxMessageSize, string? encoding)
    {
        if (header[0] != 0)
            throw Compressed(header[0], encoding);
        var length = BinaryPrimitives.ReadUInt32BigEndian(header[1..]);
        if (length > (uint)maxMessageSize)
            throw new RpcException(
                RpcStatusCode.ResourceExhausted,
                $"the message has {length} bytes, the limit of the receiver is {maxMessageSize}");
        return (int)length;
    }

    /// <summary>Takes one frame off the buffer, or leaves the buffer alone and returns false.</summary>
    public static bool TryRead<T>(
        ref ReadOnlySequence<byte> buffer,
        MessageParser<T> parser,
        int maxMessageSize,
        string? encoding,
        [NotNullWhen(true)] out T? message)
        where T : class, IMessage<T>
    {
        message = null;
        if (buffer.Length < HeaderSize)
            return false;
        Span<byte> split = stackalloc byte[HeaderSize];
        scoped var header = buffer.FirstSpan;
        if (header.Length < HeaderSize)
        {
            buffer.Slice(0, HeaderSize).CopyTo(split);
            header = split;
        }

        var length = ReadHeader(header, maxMessageSize, encoding);
        if (buffer.Length - HeaderSize < length)
            return false;
        message = Parse(parser, buffer.Slice(HeaderSize, length));
        buffer = buffer.Slice(HeaderSize + length);
        return true;
    }

    /// <summary>Writes a frame and says how long its message is.</summary>
    public static int Write<T>(T message, IBufferWriter<byte> output)
        where T : class, IMessage<T>
    {
        var size = message.CalculateSize();
        if (size <= OneSpanLimit)
        {
            var span = output.GetSpan(HeaderSize + size);
            WriteHeader(span, size);
            message.WriteTo(span.Slice(HeaderSize, size));
            output.Advance(HeaderSize + size);
            return size;
        }

        WriteHeader(output.GetSpan(HeaderSize), size);
        output.Advance(HeaderSize);
        message.WriteTo(output);
        return size;
    }

    public static void WriteHeader(Span<byte> span, int size)
    {
        span[0] = 0;
        BinaryPrimitives.WriteInt32BigEndian(span[1..], size);
    }

    public static RpcException Truncated(long bytes) => new(
        RpcStatusCode.Internal,
        $"the stream ended inside a message ({bytes} bytes of an unfinished frame)");

    private static T Parse<T>(MessageParser<T> parser, in ReadOnlySequence<byte> data)
        where T : class, IMessage<T>
    {
        try
        {
            return data.IsSingleSegment ? parser.ParseFrom(data.FirstSpan) : parser.ParseFrom(data);
        }
        catch (InvalidProtocolBufferException exception)
        {
            throw new RpcException(RpcStatusCode.Internal, "the message is not valid protobuf", inner: exception);
        }
    }

    private static RpcException Compressed(byte flag, string? encoding)
    {
        if (flag != 1)
            return new RpcException(
                RpcStatusCode.Internal, $"the compressed flag of the message is {flag}, not 0 or 1");
        if (encoding is null or ProtocolHeaders.Identity)
            return new RpcException(
                RpcStatusCode.Internal, "the message is flagged as compressed, but grpc-encoding names no compression");
        return new RpcException(
            RpcStatusCode.Unimplemented,
            $"the compression '{encoding}' is not supported, only {ProtocolHeaders.Identity} is");
    }
}
