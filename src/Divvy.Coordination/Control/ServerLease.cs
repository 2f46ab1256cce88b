using Divvy.Client.Etcd;
using Divvy.Coordination.Timing;
using Microsoft.Extensions.Logging;

namespace Divvy.Coordination.Control;

/// <summary>The lease under which this server stands in every election: one renewal for all namespaces. When it is lost
/// another is taken, and the elections begin anew. Thread-safe.</summary>
internal sealed class ServerLease(IEtcdClient store, TimeSpan ttl, TimeProvider time, ILogger logger) : IAsyncDisposable
{
    private readonly SemaphoreSlim one = new(1);
    private LeaseKeeper? keeper;

    /// <summary>The lease, taken if there is none that can be relied on. Waits for the store without limit.</summary>
    public async Task<LeaseKeeper> GetAsync(CancellationToken cancellationToken)
    {
        await one.WaitAsync(cancellationToken).ConfigureAwait(false);
        try
        {
            if (keeper is { IsAlive: true })
                return keeper;
            if (keeper is not null)
                await keeper.DisposeAsync().ConfigureAwait(false);
            keeper = null;
            keeper = await TakeAsync(cancellationToken).ConfigureAwait(false);
            return keeper;
        }
        finally
        {
            one.Release();
        }
    }

    public async ValueTask DisposeAsync()
    {
        if (Interlocked.Exchange(ref keeper, null) is { } held)
            await held.DisposeAsync().ConfigureAwait(false);
    }

    private async Task<LeaseKeeper> TakeAsync(CancellationToken cancellationToken)
    {
        var backoff = new Backoff(time);
        var failing = false;
        while (true)
        {
            try
            {
                return await LeaseKeeper.GrantAsync(store, ttl, time, logger, cancellationToken).ConfigureAwait(false);
            }
            catch (EtcdException failure)
            {
                if (!failing)
                    logger.ElectionFailing("all", failure.Message);
                failing = true;
                await backoff.WaitAsync(cancellationToken).ConfigureAwait(false);
            }
        }
    }
}
