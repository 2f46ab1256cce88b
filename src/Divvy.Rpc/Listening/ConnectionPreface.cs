using System.Buffers;
using System.IO.Pipelines;

namespace Divvy.Rpc.Listening;

/// <summary>Tells the preface of HTTP/2 from the first line of an HTTP/1.1 request.</summary>
internal static class ConnectionPreface
{
    private static ReadOnlySpan<byte> Start => "PRI"u8;

    /// <summary>True: HTTP/2; false: not; null: too few bytes to tell.</summary>
    public static bool? Match(in ReadOnlySequence<byte> buffer)
    {
        Span<byte> first = stackalloc byte[3];
        var length = (int)Math.Min(buffer.Length, first.Length);
        buffer.Slice(0, length).CopyTo(first);
        if (!Start.StartsWith(first[..length]))
            return false;
        return length == first.Length ? true : null;
    }

    /// <summary>Reads until it can tell whether the peer speaks HTTP/2; a peer that says no more does not. Consumes
    /// nothing.</summary>
    public static async ValueTask<bool> PeekAsync(PipeReader input, CancellationToken cancellationToken)
    {
        while (true)
        {
            var result = await input.ReadAsync(cancellationToken).ConfigureAwait(false);
            var verdict = Match(result.Buffer);
            if (verdict is null && !result.IsCompleted)
            {
                input.AdvanceTo(result.Buffer.Start, result.Buffer.End);
                continue;
            }

            // Nothing counts as examined either: the next reader gets it all at once.
            input.AdvanceTo(result.Buffer.Start);
            return verdict == true;
        }
    }
}
