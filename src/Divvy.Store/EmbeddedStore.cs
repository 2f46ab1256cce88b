using Divvy.Consensus.Auth;
using Divvy.Rpc;
using Divvy.Rpc.Etcd;
using Divvy.Store.Services;

namespace Divvy.Store;

/// <summary>
/// An etcd v3 server for this process and whoever reaches its port: key-value, watches and leases of a single member,
/// in memory. What it holds ends with it. Thread-safe.
/// <para>It owns no port: <see cref="MapTo"/> binds its methods, and the same <see cref="RpcServices"/> may serve a
/// listener, an in-process channel, or both.</para>
/// </summary>
public sealed class EmbeddedStore : IAsyncDisposable
{
    /// <summary>The version that the store reports: the etcd whose behaviour it follows, and that it is not that
    /// etcd.</summary>
    public const string Version = "3.4.23+divvy";

    private readonly EmbeddedStoreOptions options;
    private readonly StoreIdentity identity;
    private readonly StoreNode node;
    // Not disposed: it holds no resource once cancelled, and a call may come after the end and ask for its token.
    private readonly CancellationTokenSource stopping = new();
    private readonly Task polling;
    private int disposed;

    /// <summary>Makes an empty store, at revision 1, and starts its polling.</summary>
    /// <param name="options">Its settings.</param>
    /// <param name="timeProvider">The clock of leases and progress; the system's by default.</param>
    /// <exception cref="ArgumentException">A setting cannot work.</exception>
    public EmbeddedStore(EmbeddedStoreOptions options, TimeProvider? timeProvider = null)
    {
        options.Validate();
        this.options = options;
        timeProvider ??= TimeProvider.System;
        identity = StoreIdentity.From(options);
        node = new StoreNode(options, identity, timeProvider);
        polling = options.PollInBackground
            ? PollAsync(new PeriodicTimer(options.PollInterval, timeProvider))
            : Task.CompletedTask;
    }

    public ulong ClusterId => identity.ClusterId;

    public ulong MemberId => identity.MemberId;

    /// <summary>Binds the store's methods. Those of etcd that it does not have stay unbound and answer
    /// Unimplemented.</summary>
    public void MapTo(RpcServices services)
    {
        var headers = new HeaderFactory(identity, node);
        new KvService(node, headers, options).MapTo(services);
        new WatchService(node, headers, options, stopping.Token).MapTo(services);
        new LeaseService(node, headers, stopping.Token).MapTo(services);
        new ClusterService(headers, identity, options).MapTo(services);
        new MaintenanceService(node, headers, identity).MapTo(services);
        services.Unary(
            EtcdMethods.Authenticate,
            (_, _) => ValueTask.FromException<AuthenticateResponse>(EtcdErrors.ToException(AuthOutcome.NotEnabled)));
    }

    /// <summary>Ends the leases that are over, and moves watches on. Only needed without
    /// <see cref="EmbeddedStoreOptions.PollInBackground"/>; the time is the provider's.</summary>
    public void Poll() => node.Poll(node.Now);

    /// <summary>The store's numbers now.</summary>
    public StoreSnapshot Snapshot() => node.Snapshot();

    /// <summary>Ends open streams with Unavailable and stops the polling. Calls in progress are answered.</summary>
    public async ValueTask DisposeAsync()
    {
        if (Interlocked.Exchange(ref disposed, 1) != 0)
            return;
        await stopping.CancelAsync().ConfigureAwait(false);
        await polling.ConfigureAwait(false);
    }

    private async Task PollAsync(PeriodicTimer timer)
    {
        using (timer)
        {
            try
            {
                while (await timer.WaitForNextTickAsync(stopping.Token).ConfigureAwait(false))
                    Poll();
            }
            catch (OperationCanceledException) when (stopping.IsCancellationRequested)
            {
                // The store is being disposed.
            }
        }
    }
}
