using Divvy.Rpc;
using Divvy.Rpc.Client;

namespace Divvy.Store.Tests.Conformance;

/// <summary>An embedded store behind a port, as other processes see it.</summary>
public sealed class StoreServer : IServer, IAsyncLifetime
{
    public const string Collection = "embedded store";

    private StoreHost? host;
    private HttpChannel? channel;

    public IRpcChannel Channel => channel ?? throw new InvalidOperationException("the store was not started");

    public async Task InitializeAsync()
    {
        host = await StoreHost.StartAsync();
        channel = new HttpChannel(host.Address);
    }

    public async Task DisposeAsync()
    {
        if (channel is not null)
            await channel.DisposeAsync();
        if (host is not null)
            await host.DisposeAsync();
    }
}
