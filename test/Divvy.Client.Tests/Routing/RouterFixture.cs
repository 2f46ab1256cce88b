using Divvy.Client.Routing;
using Divvy.Client.Servers;
using Divvy.Client.Tests.Servers;

namespace Divvy.Client.Tests.Routing;

/// <summary>A router with a server that the test plays.</summary>
internal sealed class RouterFixture : IAsyncDisposable
{
    private readonly ServerChannels channels;

    public RouterFixture(bool stumbles = false)
    {
        channels = new ServerChannels([stumbles ? new StumblingChannel(Server.Channel) : Server.Channel]);
        var options = new ShardRouterOptions
        {
            Namespace = "orders",
            Servers = [new Uri("http://127.0.0.1:1")],
            ReconnectMin = TimeSpan.FromMilliseconds(1),
        };
        Router = new ShardRouter(options, channels);
    }

    public FakeServer Server { get; } = new();

    public ShardRouter Router { get; }

    /// <summary>Starts the router with one shard for all keys; no address: it has no owner.</summary>
    public async Task<FakeRoutingStream> StartAsync(string? address)
    {
        Router.Start();
        var stream = await Server.NextRoutingAsync();
        await stream.SendSnapshotAsync(10, Wire.Route("s1", 5, address));
        await Eventually.Within(Router.WaitForTableAsync(), "a table");
        return stream;
    }

    public async ValueTask DisposeAsync()
    {
        await Router.DisposeAsync();
        await channels.DisposeAsync();
    }
}
