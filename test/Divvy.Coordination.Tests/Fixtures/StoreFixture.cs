using Divvy.Client.Etcd;
using Divvy.Rpc;
using Divvy.Rpc.InProcess;
using Divvy.Store;
using Divvy.TestKit.Etcd;
using Divvy.TestKit.Stores;

namespace Divvy.Coordination.Tests.Fixtures;

/// <summary>The stores of one test class, each started when first used. Tests keep apart by key prefixes; each server gets
/// a client of its own, so that one can lose the store without the others.</summary>
public sealed class StoreFixture : IAsyncLifetime
{
    private readonly SemaphoreSlim starting = new(1, 1);
    private readonly RpcServices services = new();
    private EtcdProcess? etcd;
    private readonly Dictionary<StoreKind, StoreCluster> clusters = [];
    private EmbeddedStore? embedded;
    private int connections;

    /// <summary>The stores that can run on this machine. Where etcd is missing, the test kit's own test says so.</summary>
    public static TheoryData<StoreKind> Stores
    {
        get
        {
            var stores = new TheoryData<StoreKind>(StoreKind.Embedded, StoreKind.Durable, StoreKind.Members);
            if (EtcdBinary.SkipReason is null)
                stores.Add(StoreKind.Etcd);
            return stores;
        }
    }

    public static EtcdClient Connect(string endpoint) => new(new EtcdClientOptions
    {
        Endpoints = EtcdEndpoints.Parse(endpoint),
        Timeout = TimeSpan.FromSeconds(5),
        BackoffMax = TimeSpan.FromMilliseconds(200),
    });

    /// <summary>A new client, and what cuts it off from its store.</summary>
    internal async Task<StoreConnection> ConnectAsync(StoreKind kind)
    {
        await starting.WaitAsync();
        try
        {
            if (kind == StoreKind.Etcd)
            {
                etcd ??= await EtcdProcess.StartNewAsync();
                return new StoreConnection(Connect(etcd.Endpoint), null);
            }
            if (kind is StoreKind.Durable or StoreKind.Members)
                return new StoreConnection(Connect(await ClusterAsync(kind)), null);
            if (embedded is null)
            {
                embedded = new EmbeddedStore(new EmbeddedStoreOptions { PollInterval = TimeSpan.FromMilliseconds(20) });
                embedded.MapTo(services);
            }
            var channel = new InProcessChannel(services);
            return new StoreConnection(EtcdClient.InProcess(channel), channel);
        }
        finally
        {
            starting.Release();
        }
    }

    public Task InitializeAsync() => Task.CompletedTask;

    public async Task DisposeAsync()
    {
        if (embedded is not null)
            await embedded.DisposeAsync();
        foreach (var cluster in clusters.Values)
            await cluster.DisposeAsync();
        if (etcd is not null)
            await etcd.DisposeAsync();
        starting.Dispose();
    }

    private async Task<StoreCluster> ClusterAsync(StoreKind kind)
    {
        if (!clusters.TryGetValue(kind, out var cluster))
            clusters.Add(kind, cluster = new StoreCluster(kind == StoreKind.Durable ? 1 : 3));
        await cluster.ReadyAsync();
        return cluster;
    }

    private EtcdClient Connect(StoreCluster cluster)
    {
        var first = connections++ % cluster.Endpoints.Count;
        return new EtcdClient(new EtcdClientOptions
        {
            Endpoints = [.. cluster.Endpoints.Skip(first), .. cluster.Endpoints.Take(first)],
            Channels = cluster.Open,
            BackoffMax = TimeSpan.FromMilliseconds(200),
        });
    }
}
