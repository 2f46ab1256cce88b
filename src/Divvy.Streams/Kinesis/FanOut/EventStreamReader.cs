using System.Buffers;
using System.Buffers.Binary;
using System.IO.Pipelines;
using System.Text;

namespace Divvy.Streams.Kinesis.FanOut;

/// <summary>Reads messages of the media type <c>application/vnd.amazon.eventstream</c>. One reader at a time.</summary>
/// <remarks>A message: total length, length of the headers (both 4 bytes, big-endian), CRC-32 of these eight bytes,
/// headers, payload, CRC-32 of everything before. A header: length of the name (1 byte), name, type (1 byte), value;
/// the type gives the value's length, or two bytes before it do. Both sums are checked: a message that was damaged must
/// not be taken for one with other records.</remarks>
internal sealed class EventStreamReader(Stream stream) : IAsyncDisposable
{
    /// <summary>The format's limit is 16 MiB of payload and 128 KiB of headers.</summary>
    internal const int MaxMessageLength = (16 * 1024 * 1024) + (128 * 1024) + Overhead;

    private const int PreludeLength = 12;
    private const int ChecksumLength = 4;
    private const int Overhead = PreludeLength + ChecksumLength;
    private const byte TextHeader = 7;

    private readonly PipeReader pipe = PipeReader.Create(stream);

    /// <summary>The length of the next message, known before more than its first bytes is read; null at the stream's
    /// end.</summary>
    /// <exception cref="InvalidDataException">The stream is damaged, or is none of events.</exception>
    /// <exception cref="IOException">The stream broke off.</exception>
    public async ValueTask<int?> PeekLengthAsync(CancellationToken cancellationToken)
    {
        while (true)
        {
            var result = await pipe.ReadAsync(cancellationToken).ConfigureAwait(false);
            var buffer = result.Buffer;
            var length = TryReadPrelude(buffer, out var total, out _) ? (int?)total : null;
            // What was looked at is not consumed, and counts as not seen, so that it is given again at once.
            if (length is not null)
            {
                pipe.AdvanceTo(buffer.Start);
                return length;
            }
            if (result.IsCompleted)
                return buffer.IsEmpty ? null : throw BrokenOff();
            pipe.AdvanceTo(buffer.Start, buffer.End);
        }
    }

    /// <summary>The next message; null at the stream's end.</summary>
    /// <exception cref="InvalidDataException">The stream is damaged, or is none of events.</exception>
    /// <exception cref="IOException">The stream broke off.</exception>
    public async ValueTask<EventMessage?> ReadAsync(CancellationToken cancellationToken)
    {
        while (true)
        {
            var result = await pipe.ReadAsync(cancellationToken).ConfigureAwait(false);
            var buffer = result.Buffer;
            if (TryTake(ref buffer, out var message))
            {
                pipe.AdvanceTo(buffer.Start);
                return message;
            }
            if (result.IsCompleted)
                return buffer.IsEmpty ? null : throw BrokenOff();
            pipe.AdvanceTo(buffer.Start, buffer.End);
        }
    }

    public ValueTask DisposeAsync() => pipe.CompleteAsync();

    private static bool TryReadPrelude(ReadOnlySequence<byte> buffer, out uint total, out uint headers)
    {
        (total, headers) = (0, 0);
        if (buffer.Length < PreludeLength)
            return false;
        Span<byte> prelude = stackalloc byte[PreludeLength];
        buffer.Slice(0, PreludeLength).CopyTo(prelude);
        total = BinaryPrimitives.ReadUInt32BigEndian(prelude);
        headers = BinaryPrimitives.ReadUInt32BigEndian(prelude[4..]);
        if (Crc32.Compute(prelude[..8]) != BinaryPrimitives.ReadUInt32BigEndian(prelude[8..]))
            throw new InvalidDataException("the event stream is damaged: checksum of a prelude");
        if (total > MaxMessageLength || total < Overhead || headers > total - Overhead)
            throw new InvalidDataException($"the event stream holds a message of {total} bytes, headers {headers}");
        return true;
    }

    private static bool TryTake(ref ReadOnlySequence<byte> buffer, out EventMessage? message)
    {
        message = null;
        if (!TryReadPrelude(buffer, out var total, out var headers) || buffer.Length < total)
            return false;
        var whole = buffer.Slice(0, total).ToArray();
        buffer = buffer.Slice(total);
        var sum = BinaryPrimitives.ReadUInt32BigEndian(whole.AsSpan(^ChecksumLength..));
        if (Crc32.Compute(whole.AsSpan(..^ChecksumLength)) != sum)
            throw new InvalidDataException("the event stream is damaged: checksum of a message");
        var body = whole.AsSpan(PreludeLength, whole.Length - Overhead);
        message = new EventMessage(Headers(body[..(int)headers]), body[(int)headers..].ToArray());
        return true;
    }

    private static Dictionary<string, string> Headers(ReadOnlySpan<byte> rest)
    {
        var headers = new Dictionary<string, string>(StringComparer.Ordinal);
        while (!rest.IsEmpty)
        {
            var nameLength = rest[0];
            if (rest.Length < nameLength + 2)
                throw Malformed();
            var name = Encoding.UTF8.GetString(rest.Slice(1, nameLength));
            var type = rest[nameLength + 1];
            rest = rest[(nameLength + 2)..];
            var prefix = type is 6 or TextHeader ? 2 : 0;
            if (rest.Length < prefix)
                throw Malformed();
            var length = prefix == 0 ? FixedLength(type) : BinaryPrimitives.ReadUInt16BigEndian(rest);
            if (rest.Length < prefix + length)
                throw Malformed();
            if (type == TextHeader)
                headers[name] = Encoding.UTF8.GetString(rest.Slice(prefix, length));
            rest = rest[(prefix + length)..];
        }
        return headers;
    }

    // True, false, byte, short, integer, long, then time stamp and UUID.
    private static int FixedLength(byte type) => type switch
    {
        0 or 1 => 0,
        2 => 1,
        3 => 2,
        4 => 4,
        5 or 8 => 8,
        9 => 16,
        _ => throw Malformed(),
    };

    private static IOException BrokenOff() => new("the event stream broke off inside a message");

    private static InvalidDataException Malformed() => new("the event stream holds a malformed header");
}
