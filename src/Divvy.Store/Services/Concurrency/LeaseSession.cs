using Divvy.Rpc;
using Divvy.Rpc.Etcd;

namespace Divvy.Store.Services.Concurrency;

/// <summary>Keeps the lease of a contender alive while its call lasts. A caller that names no lease gets one, and has
/// to renew it from the answer on.</summary>
internal sealed class LeaseSession : IAsyncDisposable
{
    /// <summary>TTL of a lease that the server makes for a caller, in seconds; as etcd's.</summary>
    private const long DefaultTtlSeconds = 60;

    private readonly IRpcChannel channel;
    private readonly TimeProvider timeProvider;
    private readonly CancellationTokenSource ended = new();
    private Task renewing = Task.CompletedTask;

    private LeaseSession(IRpcChannel channel, TimeProvider timeProvider, long lease)
    {
        this.channel = channel;
        this.timeProvider = timeProvider;
        Lease = lease;
    }

    public long Lease { get; }

    /// <summary>Takes the caller's lease, or grants one.</summary>
    public static async ValueTask<LeaseSession> OpenAsync(
        IRpcChannel channel, StoreCalls calls, long lease, TimeProvider timeProvider)
    {
        if (lease == 0)
        {
            var grant = new LeaseGrantRequest { TTL = DefaultTtlSeconds };
            var granted = await calls.CallAsync(EtcdMethods.LeaseGrant, grant, calls.CancellationToken)
                .ConfigureAwait(false);
            lease = granted.ID;
        }
        return new LeaseSession(channel, timeProvider, lease);
    }

    /// <summary>Begins to renew; called before a wait.</summary>
    public void KeepAlive() => renewing = RenewAsync(ended.Token);

    public async ValueTask DisposeAsync()
    {
        await ended.CancelAsync().ConfigureAwait(false);
        await renewing.ConfigureAwait(false);
        ended.Dispose();
    }

    private async Task RenewAsync(CancellationToken cancellationToken)
    {
        try
        {
            var call = channel.Open(EtcdMethods.LeaseKeepAlive, null, cancellationToken);
            await using var owned = call.ConfigureAwait(false);
            var request = new LeaseKeepAliveRequest { ID = Lease };
            while (true)
            {
                await call.WriteAsync(request, cancellationToken).ConfigureAwait(false);
                if (await call.ReadAsync(cancellationToken).ConfigureAwait(false) is not { TTL: > 0 } renewed)
                    return;
                // A third, so that two renewals may fail.
                var pause = TimeSpan.FromSeconds(renewed.TTL) / 3;
                await Task.Delay(pause, timeProvider, cancellationToken).ConfigureAwait(false);
            }
        }
        catch (Exception over) when (over is RpcException or OperationCanceledException)
        {
            // The call is over, or the lease will end and its key with it: the contender sees that by itself.
        }
    }
}
