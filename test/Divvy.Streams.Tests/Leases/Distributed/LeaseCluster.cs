using Divvy.Client.Etcd;
using Divvy.Client.Listing;
using Divvy.Client.Servers;
using Divvy.Coordination;
using Divvy.Core.Streams;
using Divvy.Rpc;
using Divvy.Rpc.InProcess;
using Divvy.Store;
using Divvy.Streams.Leases.Distributed;
using Divvy.TestKit.Etcd;

namespace Divvy.Streams.Tests.Leases.Distributed;

/// <summary>A server over a store of its own, the embedded one or an etcd, a stream, and the workers a test plays.
/// </summary>
internal sealed class LeaseCluster : IAsyncDisposable
{
    public const string Application = "app";

    private readonly EmbeddedStore? store;
    private readonly EtcdProcess? etcd;
    private readonly EtcdClient client;
    private readonly CoordinationServer server;
    private readonly List<TestWorker> workers = [];

    private LeaseCluster(EmbeddedStore? store, EtcdProcess? etcd, EtcdClient client)
    {
        (this.store, this.etcd, this.client) = (store, etcd, client);
        server = new CoordinationServer(new CoordinationOptions { ServerId = "server-1" }, client);
        var services = new RpcServices();
        server.MapTo(services);
        Channels = new ServerChannels([new InProcessChannel(services)]);
        Shards = new ListedShardClient(Application, Channels);
    }

    public ServerChannels Channels { get; }

    /// <summary>The application's shards, past all workers.</summary>
    public ListedShardClient Shards { get; }

    public CoordinationServer Server => server;

    public FakeStream Stream { get; } = new();

    public IReadOnlyList<TestWorker> Workers => workers;

    public static async Task<LeaseCluster> StartAsync(bool onEtcd = false)
    {
        LeaseCluster cluster;
        if (onEtcd)
        {
            var etcd = await EtcdProcess.StartNewAsync();
            var client = new EtcdClient(new EtcdClientOptions { Endpoints = EtcdEndpoints.Parse(etcd.Endpoint) });
            cluster = new LeaseCluster(null, etcd, client);
        }
        else
        {
            var store = new EmbeddedStore(new EmbeddedStoreOptions { PollInterval = TimeSpan.FromMilliseconds(20) });
            var services = new RpcServices();
            store.MapTo(services);
            cluster = new LeaseCluster(store, null, EtcdClient.InProcess(new InProcessChannel(services)));
        }
        await cluster.server.StartAsync();
        return cluster;
    }

    public DistributedLeaseStoreOptions Options(string worker) => new()
    {
        Servers = [new Uri("http://127.0.0.1:1")],
        Namespace = Application,
        WorkerId = worker,
        Streams = [new StreamIdentity(FakeStream.Name)],
        Shards = Stream,
        LeaseDuration = TimeSpan.FromSeconds(2),
        ShardSyncInterval = TimeSpan.FromMilliseconds(200),
    };

    public TestWorker Add(DistributedLeaseStoreOptions options, ServerChannels? channels = null)
    {
        var worker = new TestWorker(options, channels ?? Channels);
        workers.Add(worker);
        return worker;
    }

    public async Task<TestWorker> JoinAsync(string worker)
    {
        var joined = Add(Options(worker));
        await joined.Store.StartAsync(joined, default);
        return joined;
    }

    public async ValueTask DisposeAsync()
    {
        foreach (var worker in workers)
            await worker.Store.DisposeAsync();
        await Channels.DisposeAsync();
        await server.DisposeAsync();
        await client.DisposeAsync();
        if (store is not null)
            await store.DisposeAsync();
        if (etcd is not null)
            await etcd.DisposeAsync();
    }
}
