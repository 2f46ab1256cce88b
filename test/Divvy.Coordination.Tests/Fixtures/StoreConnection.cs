using Divvy.Client.Etcd;
using Divvy.Rpc;

namespace Divvy.Coordination.Tests.Fixtures;

/// <summary>A client and its way to the store.</summary>
internal sealed record StoreConnection(EtcdClient Client, IRpcChannel? Channel) : IAsyncDisposable
{
    public async ValueTask DisposeAsync()
    {
        await Client.DisposeAsync();
        if (Channel is not null)
            await Channel.DisposeAsync();
    }
}
