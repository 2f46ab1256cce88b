using Divvy.Rpc.Client;
using Divvy.Rpc.Tests.Messages;
using Google.Protobuf;

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

    [Fact]
    public async Task ClientStream_LongerThanAnUploadMayBe_GoesOn()
    {
        // Kestrel ends request bodies at 30,000,000 bytes unless told otherwise.
        var payload = ByteString.CopyFrom(new byte[1_000_000]);
        await using var call = Channel.Open(EchoMethods.ClientStream);
        for (var i = 0; i < 31; i++)
            await call.WriteAsync(new Ping { Payload = payload });
        await call.CompleteAsync();
        (await call.ReadAsync())!.Number.ShouldBe(31);
    }

    public override async Task DisposeAsync()
    {
        await Channel.DisposeAsync();
        await server.DisposeAsync();
    }
}
