using Divvy.Rpc.InProcess;

namespace Divvy.Rpc.Tests.Transport;

public sealed class InProcessTransportTests : TransportTests
{
    public override Task InitializeAsync()
    {
        Service = new EchoService();
        Channel = new InProcessChannel(Service.Services, Time);
        return Task.CompletedTask;
    }

    public override async Task DisposeAsync() => await Channel.DisposeAsync();
}
