using System.Buffers;

namespace Divvy.Streams.Kinesis.Wire;

/// <summary>Reads an answer of GetRecords from its connection, through a small buffer.</summary>
internal static class RecordsAnswer
{
    /// <summary>As much as one large record of 10 MiB can take, and then some: no answer needs more.</summary>
    private const int LargestBuffer = 64 << 20;

    private const int Buffer = 32 << 10;

    /// <param name="answer">The connection, at the answer's beginning.</param>
    /// <param name="length">Bytes of the answer, if known.</param>
    /// <param name="cancellationToken">Ends it.</param>
    /// <exception cref="System.Text.Json.JsonException">It is not an answer with records.</exception>
    public static async Task<RecordBatch> ReadAsync(Stream answer, long? length, CancellationToken cancellationToken)
    {
        var parser = new RecordsParser(length);
        var buffer = ArrayPool<byte>.Shared.Rent(Buffer);
        try
        {
            for (var kept = 0; ;)
            {
                var filled = kept + await answer
                    .ReadAtLeastAsync(buffer.AsMemory(kept), buffer.Length - kept, false, cancellationToken)
                    .ConfigureAwait(false);
                var isLast = filled < buffer.Length;
                var done = parser.Parse(buffer.AsSpan(0, filled), isLast);
                if (isLast)
                    return parser.Batch;
                kept = filled - done;
                if (done > 0)
                    buffer.AsSpan(done, kept).CopyTo(buffer);
                else
                    buffer = Grow(buffer);
            }
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(buffer);
        }
    }

    /// <summary>A record that is larger than the buffer: it must be there as a whole.</summary>
    private static byte[] Grow(byte[] buffer)
    {
        if (buffer.Length >= LargestBuffer)
            throw new System.Text.Json.JsonException($"a record takes more than {LargestBuffer} bytes");
        var larger = ArrayPool<byte>.Shared.Rent(2 * buffer.Length);
        buffer.CopyTo(larger, 0);
        ArrayPool<byte>.Shared.Return(buffer);
        return larger;
    }
}
