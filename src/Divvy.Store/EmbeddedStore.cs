using Divvy.Consensus.Raft;
using Divvy.Rpc;
using Divvy.Rpc.InProcess;
using Divvy.Store.Auth;
using Divvy.Store.Disk;
using Divvy.Store.Front;
using Divvy.Store.Metrics;
using Divvy.Store.Peers;
using Divvy.Store.Replication;
using Divvy.Store.Services;
using Divvy.Store.Services.Concurrency;
using Divvy.Store.Wal;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;

namespace Divvy.Store;

/// <summary>
/// An etcd v3 server for this process and whoever reaches its port: one member of a cluster, or a cluster by itself.
/// With a data folder everything that was acknowledged survives; without one it is in memory and ends with its process.
/// Thread-safe.
/// <para>It owns no port: <see cref="MapTo"/> binds its methods, and the same <see cref="RpcServices"/> may serve a
/// listener, an in-process channel, or both.</para>
/// </summary>
public sealed class EmbeddedStore : IAsyncDisposable
{
    /// <summary>The version that the store reports: the etcd whose behaviour it follows, and that it is not that
    /// etcd.</summary>
    public const string Version = "3.4.23+divvy";

    /// <summary>The version of the API that all members of a cluster have. etcd's members agree on the oldest among
    /// them; there is one version of this store so far.</summary>
    internal const string ClusterVersion = "3.4";

    private readonly EmbeddedStoreOptions options;
    private readonly StoreIdentity identity;
    private readonly StoreNode node;
    private readonly MemberGate gate;
    private readonly PasswordHasher hasher;
    private readonly TimeProvider timeProvider;
    // Not disposed: it holds no resource once cancelled, and a call may come after the end and ask for its token.
    private readonly CancellationTokenSource stopping = new();
    private readonly Task polling;
    private int disposed;

    /// <summary>Makes an empty store in memory, at revision 1, and starts its polling.</summary>
    /// <param name="options">Its settings.</param>
    /// <param name="timeProvider">The clock of leases and progress; the system's by default.</param>
    /// <exception cref="ArgumentException">A setting cannot work, or names a data folder: see
    /// <see cref="Open"/>.</exception>
    public EmbeddedStore(EmbeddedStoreOptions options, TimeProvider? timeProvider = null)
        : this(
            Checked(options),
            VolatileMember.Start(options, StoreIdentity.From(options)),
            timeProvider,
            null,
            null)
    {
    }

    private EmbeddedStore(
        EmbeddedStoreOptions options,
        MemberStart start,
        TimeProvider? timeProvider,
        ILoggerFactory? loggers,
        PeerWatch? peers)
    {
        this.options = options;
        identity = start.Identity;
        hasher = new PasswordHasher(options.PasswordIterations);
        this.timeProvider = timeProvider ??= TimeProvider.System;
        node = new StoreNode(start, options, timeProvider, LoggerOf(loggers));
        if (peers is not null)
            peers.Node = node;
        gate = new MemberGate(node, 3 * options.ElectionTimeout);
        node.Start();
        polling = options.PollInBackground
            ? PollAsync(new PeriodicTimer(PollIntervalOf(options), timeProvider))
            : Task.CompletedTask;
    }

    /// <summary>Opens the store that a data folder holds, or makes a new one there.</summary>
    /// <param name="options">Its settings, <see cref="EmbeddedStoreOptions.DataDirectory"/> among them.</param>
    /// <param name="timeProvider">The clock of leases, elections and progress; the system's by default.</param>
    /// <param name="loggers">Where it says what an operator should know; nowhere by default.</param>
    /// <exception cref="ArgumentException">A setting cannot work.</exception>
    /// <exception cref="DiskException">The folder cannot be used, or another process uses it.</exception>
    /// <exception cref="IOException">What the folder holds is damaged; the message names the file and the
    /// offset.</exception>
    public static EmbeddedStore Open(
        EmbeddedStoreOptions options, TimeProvider? timeProvider = null, ILoggerFactory? loggers = null)
    {
        options.Validate();
        if (options.DataDirectory is not { } folder)
            return new EmbeddedStore(options, timeProvider);
        var disks = MemberDisks.Open(folder);
        var watch = new PeerWatch(options.Metrics, LoggerOf(loggers));
        var environment = new MemberEnvironment
        {
            Disks = disks,
            Transport = TransportOf,
            Clock = timeProvider ?? TimeProvider.System,
            Loggers = loggers,
        };
        return OpenIn(options, environment, watch);

        IPeerTransport? TransportOf(StoreIdentity identity) => options.Peers is null
            ? null
            : new PeerTransport(
                PeersOf(options, options.Peers, identity, disks, () => watch.Node?.Information()),
                loggers?.CreateLogger<PeerTransport>(),
                timeProvider,
                watch);
    }

    /// <summary>Opens a durable member in surroundings of the caller's choice. The options' data folder is only a name
    /// then.</summary>
    internal static EmbeddedStore OpenIn(
        EmbeddedStoreOptions options, MemberEnvironment environment, PeerWatch? watch = null)
    {
        try
        {
            options.Validate();
            var start = DurableMember.Start(options, environment);
            return new EmbeddedStore(options, start, environment.Clock, environment.Loggers, watch);
        }
        catch
        {
            environment.Disks.Dispose();
            throw;
        }
    }

    /// <summary>Whether a folder holds a member already: then it knows its cluster, and options that describe a new
    /// one, or one to join, are not looked at. Takes nothing and changes nothing.</summary>
    public static bool HoldsMember(string dataDirectory)
    {
        var wal = Path.Combine(dataDirectory, "member", "wal");
        return Directory.Exists(wal)
            && Directory.EnumerateFiles(wal).Any(path => WalSegment.Parse(Path.GetFileName(path)) is not null);
    }

    public ulong ClusterId => identity.ClusterId;

    public ulong MemberId => identity.MemberId;

    /// <summary>What it counts as it works.</summary>
    public StoreMetrics Metrics => options.Metrics;

    /// <summary>Ends with the reason when the store has stopped by itself and cannot go on: its disk failed. All
    /// requests fail from then on.</summary>
    public Task<Exception> Failed => node.Failed;

    /// <summary>Completes once the store has heard from its cluster and has caught up with it.</summary>
    public Task Ready => node.CaughtUp;

    /// <summary>Binds the store's methods. Those of etcd that it does not have stay unbound and answer
    /// Unimplemented.</summary>
    public void MapTo(RpcServices services)
    {
        var headers = new HeaderFactory(identity, node);
        var callers = new CallerResolver(node, node.Tokens, options.TrustClientCertificates);
        var gated = new GatedServices(services, gate);
        MapData(gated, callers, headers);
        new ClusterService(node, callers, headers, timeProvider).MapTo(gated);
        new AuthService(node, callers, hasher, headers.Now).MapTo(gated);
        new MaintenanceService(node, callers, headers).MapTo(gated);
        new HealthService(stopping.Token).MapTo(gated);
        // Locks and elections are clients of the store: what they call is not what clients called.
        var data = new RpcServices();
        MapData(new GatedServices(data, gate), callers, headers);
        var channel = new InProcessChannel(data, timeProvider);
        new LockService(channel, timeProvider).MapTo(gated);
        new ElectionService(channel, timeProvider).MapTo(gated);
    }

    /// <summary>Binds the methods for the process that the store is part of: whoever reaches them may do everything,
    /// authentication or not, so they belong on an in-process channel and never on a listener. The process could read
    /// and change the store's memory anyway; a password of its own would only be one more to lose.</summary>
    public void MapInternalTo(RpcServices services)
    {
        var headers = new HeaderFactory(identity, node);
        var callers = new CallerResolver(node, node.Tokens, trustsCertificates: false) { IsInternal = true };
        var gated = new GatedServices(services, gate);
        MapData(gated, callers, headers);
        new ClusterService(node, callers, headers, timeProvider).MapTo(gated);
        new MaintenanceService(node, callers, headers).MapTo(gated);
    }

    /// <summary>Makes what answers over HTTP, and has the calls of all bound methods counted.</summary>
    /// <param name="services">The methods, to which <see cref="MapTo"/> was given.</param>
    /// <param name="channel">A way to them inside this process.</param>
    public EtcdFront CreateFront(RpcServices services, IRpcChannel channel) =>
        new(services, channel, new NodeProbe(node, options), Metrics, options, timeProvider);

    /// <summary>Ends the leases that are over, and moves watches on. Only needed without
    /// <see cref="EmbeddedStoreOptions.PollInBackground"/>; the time is the provider's.</summary>
    public void Poll()
    {
        node.Poll();
        gate.Poll();
    }

    /// <summary>Raft's numbers now.</summary>
    internal RaftView RaftView => node.RaftView;

    /// <summary>What is left of a lease; null: this member does not lead, or knows none of this id.</summary>
    internal TimeSpan? LeftOf(long lease) => node.LeftOf(lease);

    /// <summary>The store's numbers now.</summary>
    public StoreSnapshot Snapshot() => node.Snapshot();

    /// <summary>Ends open streams with Unavailable and stops the polling. Calls in progress are answered.</summary>
    public async ValueTask DisposeAsync()
    {
        if (Interlocked.Exchange(ref disposed, 1) != 0)
            return;
        await stopping.CancelAsync().ConfigureAwait(false);
        await polling.ConfigureAwait(false);
        await node.DisposeAsync().ConfigureAwait(false);
        hasher.Dispose();
    }

    private static ILogger LoggerOf(ILoggerFactory? loggers) =>
        (ILogger?)loggers?.CreateLogger<EmbeddedStore>() ?? NullLogger.Instance;

    private static PeerTransportOptions PeersOf(
        EmbeddedStoreOptions options,
        PeerOptions peers,
        StoreIdentity identity,
        MemberDisks disks,
        Func<ClusterInformation?> information)
    {
        return new PeerTransportOptions
        {
            Self = new NodeId(identity.MemberId),
            ClusterId = identity.ClusterId,
            Name = options.Name,
            ListenUrls = peers.ListenUrls,
            AdvertiseUrls = [.. options.AdvertisePeerUrls.Select(url => new Uri(url))],
            Tls = peers.Tls,
            SnapshotFolder = disks.Snapshots!.Disk.Place,
            Information = information,
        };
    }

    private static EmbeddedStoreOptions Checked(EmbeddedStoreOptions options)
    {
        options.Validate();
        return options.DataDirectory is null
            ? options
            : throw new ArgumentException("A store with a data folder is opened, not made", nameof(options));
    }

    private static TimeSpan PollIntervalOf(EmbeddedStoreOptions options) =>
        options.PollInterval < options.HeartbeatInterval ? options.PollInterval : options.HeartbeatInterval;

    private void MapData(GatedServices services, CallerResolver callers, HeaderFactory headers)
    {
        new KvService(node, callers, headers, options).MapTo(services);
        new WatchService(node, callers, headers, options, stopping.Token).MapTo(services);
        new LeaseService(node, callers, headers, stopping.Token).MapTo(services);
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
