using System.Net;

namespace Divvy.Rpc.Tests.Server;

/// <summary>A body that begins and never ends.</summary>
internal sealed class StalledContent(byte[] beginning) : HttpContent
{
    public SemaphoreSlim Sent { get; } = new(0);

    protected override Task SerializeToStreamAsync(Stream stream, TransportContext? context) =>
        SerializeToStreamAsync(stream, context, default);

    protected override async Task SerializeToStreamAsync(
        Stream stream, TransportContext? context, CancellationToken cancellationToken)
    {
        await stream.WriteAsync(beginning, cancellationToken);
        await stream.FlushAsync(cancellationToken);
        Sent.Release();
        await Task.Delay(Timeout.InfiniteTimeSpan, cancellationToken);
    }

    protected override bool TryComputeLength(out long length)
    {
        length = 0;
        return false;
    }
}
