using System.IO.Pipelines;
using Divvy.Client.Hosting;
using Microsoft.AspNetCore.Http.Features;

namespace Divvy.Client.AspNetCore;

/// <summary>A response body that lets bytes out only while the shard is owned (R19). What is written stays here until
/// it is flushed, so that an answer nobody has seen yet can be replaced by a refusal.</summary>
internal sealed class GatedResponseBody : IHttpResponseBodyFeature
{
    private readonly IHttpResponseBodyFeature direct;
    private readonly ShardAdmission admission;
    private readonly GatedPipeWriter writer;
    private Stream? stream;

    public GatedResponseBody(IHttpResponseBodyFeature direct, ShardAdmission admission)
    {
        this.direct = direct;
        this.admission = admission;
        writer = new GatedPipeWriter(direct.Writer, Check);
    }

    public Stream Stream => stream ??= writer.AsStream(leaveOpen: true);

    public PipeWriter Writer => writer;

    public void DisableBuffering() => direct.DisableBuffering();

    public async Task StartAsync(CancellationToken cancellationToken = default)
    {
        Check();
        await direct.StartAsync(cancellationToken).ConfigureAwait(false);
    }

    public async Task SendFileAsync(
        string path, long offset, long? count, CancellationToken cancellationToken = default)
    {
        await writer.FlushAsync(cancellationToken).ConfigureAwait(false);
        await direct.SendFileAsync(path, offset, count, cancellationToken).ConfigureAwait(false);
    }

    public async Task CompleteAsync()
    {
        await writer.FlushAsync().ConfigureAwait(false);
        await direct.CompleteAsync().ConfigureAwait(false);
    }

    /// <summary>Lets out what is left when the endpoint has returned. False: the shard was lost.</summary>
    public async ValueTask<bool> TryFinishAsync(CancellationToken cancellationToken)
    {
        if (!admission.MayRelease())
            return false;
        if (writer.UnflushedBytes > 0)
            await writer.FlushAsync(cancellationToken).ConfigureAwait(false);
        return true;
    }

    private void Check()
    {
        if (!admission.MayRelease())
            throw new OwnershipLostException(admission.Shard);
    }
}
