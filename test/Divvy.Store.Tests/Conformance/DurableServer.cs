using Divvy.Rpc;
using Divvy.Rpc.Client;
using Divvy.TestKit;

namespace Divvy.Store.Tests.Conformance;

/// <summary>An embedded store with a data folder, behind a port.</summary>
public sealed class DurableServer : IStoreServer
{
    public const string Collection = "durable store";

    private readonly TempDirectory folder = new();
    private StoreHost? host;
    private HttpChannel? channel;

    public IRpcChannel Channel => channel ?? throw new InvalidOperationException("the store was not started");

    public IReadOnlyList<StoreHost> Members => host is null ? [] : [host];

    public async Task InitializeAsync()
    {
        host = await StoreHost.StartAsync(new EmbeddedStoreOptions { Name = "test", DataDirectory = folder.Path });
        channel = new HttpChannel(host.Address);
    }

    public async Task DisposeAsync()
    {
        if (channel is not null)
            await channel.DisposeAsync();
        if (host is not null)
            await host.DisposeAsync();
        folder.Dispose();
    }
}
