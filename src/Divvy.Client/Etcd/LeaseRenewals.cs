using Divvy.Rpc;

namespace Divvy.Client.Etcd;

/// <summary>The renewals of one endpoint: opens a <see cref="LeaseRenewalStream"/> when one is needed and the last one
/// has ended. Thread-safe.</summary>
internal sealed class LeaseRenewals(IRpcChannel channel, TimeProvider timeProvider) : IAsyncDisposable
{
    private readonly SemaphoreSlim opening = new(1, 1);
    private LeaseRenewalStream? stream;
    private bool disposed;

    /// <summary>Sends a renewal and waits for the answer to it. Null: the lease is unknown.
    /// <exception cref="RpcException">The stream broke, or the answer did not come in time.</exception></summary>
    public async ValueTask<TimeSpan?> RenewAsync(long id, RpcCallOptions options, CancellationToken cancellationToken)
    {
        var open = await OpenAsync(options.Metadata, cancellationToken).ConfigureAwait(false);
        return await open.RenewAsync(id, options.Timeout ?? Timeout.InfiniteTimeSpan, cancellationToken)
            .ConfigureAwait(false);
    }

    public async ValueTask DisposeAsync()
    {
        await opening.WaitAsync().ConfigureAwait(false);
        disposed = true;
        if (stream is not null)
            await stream.DisposeAsync().ConfigureAwait(false);
        opening.Release();
    }

    private async ValueTask<LeaseRenewalStream> OpenAsync(RpcMetadata metadata, CancellationToken cancellationToken)
    {
        if (Volatile.Read(ref stream) is { HasEnded: false } open)
            return open;
        await opening.WaitAsync(cancellationToken).ConfigureAwait(false);
        try
        {
            ObjectDisposedException.ThrowIf(disposed, typeof(EtcdClient));
            if (stream is { HasEnded: false })
                return stream;
            if (stream is not null)
                await stream.DisposeAsync().ConfigureAwait(false);
            var fresh = new LeaseRenewalStream(channel, metadata, timeProvider);
            Volatile.Write(ref stream, fresh);
            return fresh;
        }
        finally
        {
            opening.Release();
        }
    }
}
