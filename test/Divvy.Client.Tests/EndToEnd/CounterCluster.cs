using System.Collections.Concurrent;
using Divvy.Client.Etcd;
using Divvy.Client.Hosting;
using Divvy.Client.Http;
using Divvy.Client.Routing;
using Divvy.Client.Servers;
using Divvy.Coordination;
using Divvy.Coordination.Layout;
using Divvy.Rpc;
using Divvy.Rpc.InProcess;
using Divvy.Store;

namespace Divvy.Client.Tests.EndToEnd;

/// <summary>Everything in one process: the store, a server, instances of the counter service, a router.</summary>
internal sealed class CounterCluster : IAsyncDisposable
{
    public const int Shards = 24;

    private readonly EmbeddedStore store = new(new EmbeddedStoreOptions());
    private readonly EtcdClient client;
    private readonly CoordinationServer server;
    private readonly ServerChannels channels;
    private readonly List<CounterInstance> instances = [];
    private readonly ConcurrentQueue<OwnershipEvent> journal = [];

    private CounterCluster()
    {
        var storeServices = new RpcServices();
        store.MapTo(storeServices);
        client = EtcdClient.InProcess(new InProcessChannel(storeServices));
        server = new CoordinationServer(new CoordinationOptions { ServerId = "server-1" }, client);
        var services = new RpcServices();
        server.MapTo(services);
        channels = new ServerChannels([new InProcessChannel(services)]);
        Router = new ShardRouter(
            new ShardRouterOptions { Namespace = "counters", Servers = [new Uri("http://127.0.0.1:1")] }, channels);
        Http = new HttpClient(new ShardRoutingHandler(Router) { InnerHandler = new SocketsHttpHandler() });
    }

    public ShardRouter Router { get; }

    public HttpClient Http { get; }

    public IReadOnlyList<CounterInstance> Instances => instances;

    public IReadOnlyCollection<OwnershipEvent> Journal => journal;

    public static async Task<CounterCluster> StartAsync(int instances, int sessionTtlMs = 10_000)
    {
        var cluster = new CounterCluster();
        await cluster.server.StartAsync();
        await cluster.server.EnsureNamespaceAsync(
            "counters", new NamespaceConfig { Shards = Shards, SessionTtlMs = sessionTtlMs });
        cluster.Router.Start();
        for (var i = 0; i < instances; i++)
            await cluster.AddInstanceAsync($"i{i}");
        return cluster;
    }

    public async Task<CounterInstance> AddInstanceAsync(string id)
    {
        var instance = await CounterInstance.StartAsync(id, channels, journal);
        instances.Add(instance);
        return instance;
    }

    public async ValueTask DisposeAsync()
    {
        Http.Dispose();
        await Router.DisposeAsync();
        foreach (var instance in instances)
            await instance.DisposeAsync();
        await server.DisposeAsync();
        await channels.DisposeAsync();
        await client.DisposeAsync();
        await store.DisposeAsync();
    }
}
