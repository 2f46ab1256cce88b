using Divvy.Client.Etcd;
using Divvy.TestKit.Etcd;

namespace Divvy.Client.Tests.Etcd;

/// <summary>The stores of one test class, each started when first used. Tests keep apart by key prefixes.</summary>
public sealed class StoreFixture : IAsyncLifetime
{
    private readonly SemaphoreSlim starting = new(1, 1);
    private EtcdProcess? etcd;
    private EtcdClient? etcdClient;

    /// <summary>The stores that can run on this machine. Where etcd is missing, <see cref="EtcdProcessTests"/> says so.
    /// </summary>
    public static TheoryData<StoreKind> Stores
    {
        get
        {
            var stores = new TheoryData<StoreKind>();
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
            kind.ShouldBe(StoreKind.Etcd);
            etcd ??= await EtcdProcess.StartNewAsync();
            return etcdClient ??= TestClients.Connect(etcd.Endpoint);
        }
        finally
        {
            starting.Release();
        }
    }

    public Task InitializeAsync() => Task.CompletedTask;

    public async Task DisposeAsync()
    {
        if (etcdClient is not null)
            await etcdClient.DisposeAsync();
        if (etcd is not null)
            await etcd.DisposeAsync();
        starting.Dispose();
    }
}
