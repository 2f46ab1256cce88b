using Divvy.Rpc;
using Divvy.Rpc.Client;
using Divvy.TestKit.Etcd;

namespace Divvy.Store.Tests.Conformance;

/// <summary>A real etcd, which says what is right.</summary>
public sealed class EtcdServer : IServer, IAsyncLifetime
{
    public const string Collection = "real etcd";

    private EtcdProcess? process;
    private HttpChannel? channel;

    public IRpcChannel Channel => channel ?? throw new InvalidOperationException("etcd was not started");

    public async Task InitializeAsync()
    {
        if (EtcdBinary.SkipReason is not null)
            return;
        process = await EtcdProcess.StartNewAsync();
        channel = new HttpChannel(new Uri(process.Endpoint));
    }

    public async Task DisposeAsync()
    {
        if (channel is not null)
            await channel.DisposeAsync();
        if (process is not null)
            await process.DisposeAsync();
    }
}
