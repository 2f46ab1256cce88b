using System.Buffers;
using System.IO.Pipelines;

namespace Divvy.Client.AspNetCore;

/// <summary>Holds what is written until it is flushed, and asks before it flushes. Used by one writer at a
/// time.</summary>
/// <param name="target">Where flushed bytes go.</param>
/// <param name="check">Throws when nothing may go out.</param>
internal sealed class GatedPipeWriter(PipeWriter target, Action check) : PipeWriter
{
    private readonly ArrayBufferWriter<byte> held = new();

    public override bool CanGetUnflushedBytes => true;

    public override long UnflushedBytes => held.WrittenCount;

    public override void Advance(int bytes) => held.Advance(bytes);

    public override Memory<byte> GetMemory(int sizeHint = 0) => held.GetMemory(sizeHint);

    public override Span<byte> GetSpan(int sizeHint = 0) => held.GetSpan(sizeHint);

    public override void CancelPendingFlush() => target.CancelPendingFlush();

    public override async ValueTask<FlushResult> FlushAsync(CancellationToken cancellationToken = default)
    {
        check();
        if (held.WrittenCount == 0)
            return await target.FlushAsync(cancellationToken).ConfigureAwait(false);
        var result = await target.WriteAsync(held.WrittenMemory, cancellationToken).ConfigureAwait(false);
        held.ResetWrittenCount();
        return result;
    }

    /// <summary>The server completes the response; completing the body early only says that the endpoint writes no
    /// more.</summary>
    public override void Complete(Exception? exception = null)
    {
    }
}
