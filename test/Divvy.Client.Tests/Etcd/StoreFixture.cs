using Divvy.Client.Etcd;
using Divvy.Rpc;
using Divvy.Rpc.InProcess;
using Divvy.Store;
using Divvy.TestKit.Etcd;
using Divvy.TestKit.Stores;

namespace Divvy.Client.Tests.Etcd;

/// <summary>The stores of one test class, each started when first used. Tests keep apart by key prefixes.</summary>
public sealed class StoreFixture : IAsyncLifetime
{
    private readonly SemaphoreSlim starting = new(1, 1);
    private readonly Dictionary<StoreKind, IEtcdClient> clients = [];
    private readonly Stack<IAsyncDisposable> started = [];

    /// <summary>The stores that can run on this machine. Where etcd is missing, <see cref="EtcdProcessTests"/> says so.
    /// </summary>
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

    public async Task<IEtcdClient> ClientAsync(StoreKind kind)
    {
        await starting.WaitAsync();
        try
        {
            if (!clients.TryGetValue(kind, out var client))
                clients[kind] = client = await StartAsync(kind);
            return client;
        }
        finally
        {
            starting.Release();
        }
    }

    public Task InitializeAsync() => Task.CompletedTask;

    public async Task DisposeAsync()
    {
        while (started.TryPop(out var part))
            await part.DisposeAsync();
        starting.Dispose();
    }

    private async Task<IEtcdClient> StartAsync(StoreKind kind) => kind switch
    {
        StoreKind.Etcd => await StartEtcdAsync(),
        StoreKind.Durable => await StartMembersAsync(1),
        StoreKind.Members => await StartMembersAsync(3),
        _ => StartEmbedded(),
    };

    private async Task<IEtcdClient> StartMembersAsync(int count)
    {
        var cluster = Keep(new StoreCluster(count));
        await cluster.ReadyAsync();
        return Keep(new EtcdClient(TestClients.Options([.. cluster.Endpoints.Select(endpoint => endpoint.OriginalString)]) with
        {
            Channels = cluster.Open,
        }));
    }

    private async Task<IEtcdClient> StartEtcdAsync() =>
        Keep(TestClients.Connect(Keep(await EtcdProcess.StartNewAsync()).Endpoint));

    private EtcdClient StartEmbedded()
    {
        var services = new RpcServices();
        Keep(new EmbeddedStore(new EmbeddedStoreOptions())).MapTo(services);
        return Keep(EtcdClient.InProcess(Keep(new InProcessChannel(services)), TestClients.Patience));
    }

    private T Keep<T>(T part)
        where T : IAsyncDisposable
    {
        started.Push(part);
        return part;
    }
}
