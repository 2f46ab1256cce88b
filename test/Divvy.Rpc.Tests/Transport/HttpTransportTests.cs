using Divvy.Rpc.Client;

namespace Divvy.Rpc.Tests.Transport;

public sealed class HttpTransportTests : TransportTests
{
    private EchoServer server = null!;

    private protected override int ActiveClientCalls => ((HttpChannel)Channel).ActiveCalls;

    public override async Task InitializeAsync()
    {
        server = await EchoServer.StartAsync(options: new() { TimeProvider = Time });
        Service = server.Service;
        Channel = new HttpChannel(server.Address, new() { TimeProvider = Time });
    }

    public override async Task DisposeAsync()
    {
        await Channel.DisposeAsync();
        await server.DisposeAsync();
    }
}
