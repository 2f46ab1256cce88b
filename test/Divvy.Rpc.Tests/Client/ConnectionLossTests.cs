using System.Net;
using System.Net.Sockets;
using Divvy.Rpc.Client;
using Divvy.Rpc.Tests.Messages;
using Divvy.TestKit;

namespace Divvy.Rpc.Tests.Client;

/// <summary>Servers that are not there, go away, or fall silent.</summary>
public sealed class ConnectionLossTests
{
    [Fact]
    public async Task Connect_Refused_IsUnavailableAndNamesTheAddress()
    {
        var address = new Uri($"http://127.0.0.1:{FreePort.Probe()}");
        await using var channel = new HttpChannel(address);
        var failure = await Waiting.Failure(channel.UnaryAsync(EchoMethods.Unary, new Ping()), "the refusal");
        failure.Code.ShouldBe(RpcStatusCode.Unavailable);
        failure.Detail.ShouldContain(channel.Target);
        failure.Detail.ShouldContain("refused");
        failure.NeverSent.ShouldBeTrue();
    }

    [Fact]
    public async Task Connect_RefusedForAStream_IsUnavailableToTheWriterToo()
    {
        await using var channel = new HttpChannel(new Uri($"http://127.0.0.1:{FreePort.Probe()}"));
        await using var call = channel.Open(EchoMethods.Duplex);
        (await Should.ThrowAsync<RpcException>(async () => await call.WriteAsync(new Ping())))
            .Code.ShouldBe(RpcStatusCode.Unavailable);
        channel.ActiveCalls.ShouldBe(0);
    }

    [Fact]
    public async Task Connect_ServerComesBack_TheSameChannelWorks()
    {
        var port = FreePort.Probe();
        await using var channel = new HttpChannel(new Uri($"http://127.0.0.1:{port}"));
        await using (await EchoServer.StartAsync(port: port))
            await channel.UnaryAsync(EchoMethods.Unary, new Ping());
        (await Waiting.Failure(channel.UnaryAsync(EchoMethods.Unary, new Ping()), "the refusal"))
            .Code.ShouldBe(RpcStatusCode.Unavailable);
        await using (await EchoServer.StartAsync(port: port))
            await channel.UnaryAsync(EchoMethods.Unary, new Ping());
    }

    [Fact]
    public async Task Stop_OfTheServer_EndsOpenCallsAsUnavailable()
    {
        await using var server = await EchoServer.StartAsync();
        await using var channel = new HttpChannel(server.Address);
        var call = channel.UnaryAsync(EchoMethods.Hang, new Ping());
        await Waiting.For(server.Service.Hanging, "the handler's start");
        await server.StopAsync(default);
        (await Waiting.Failure(call, "the end of the call")).Code.ShouldBe(RpcStatusCode.Unavailable);
        server.Service.Ended.ShouldContain((EchoMethods.Hang.Path, RpcStatusCode.Unavailable));
    }

    [Fact]
    public async Task Dispose_OfTheChannel_EndsItsCalls()
    {
        await using var server = await EchoServer.StartAsync();
        var channel = new HttpChannel(server.Address);
        var call = channel.UnaryAsync(EchoMethods.Hang, new Ping());
        await Waiting.For(server.Service.Hanging, "the handler's start");
        await channel.DisposeAsync();
        (await Waiting.Failure(call, "the end of the call")).Code.ShouldBe(RpcStatusCode.Cancelled);
        await Waiting.For(server.Service.Released, "the handler's cancellation");
        Should.Throw<ObjectDisposedException>(() => channel.Open(EchoMethods.Unary));
    }

    [Fact]
    public async Task Connection_ClosedByThePeer_IsUnavailable()
    {
        await using var peer = new RawHttp2Peer(closeAfterRequest: true);
        await using var channel = new HttpChannel(peer.Address);
        var failure = await Waiting.Failure(channel.UnaryAsync(EchoMethods.Unary, new Ping()), "the end of the call");
        failure.Code.ShouldBe(RpcStatusCode.Unavailable);
        failure.NeverSent.ShouldBeFalse();
    }

    [Fact]
    public async Task KeepAlive_PeerAnswersNoPing_IsUnavailable()
    {
        await using var peer = new RawHttp2Peer(closeAfterRequest: false);
        var options = new HttpChannelOptions
        {
            KeepAlivePingDelay = TimeSpan.FromSeconds(1),
            KeepAlivePingTimeout = TimeSpan.FromSeconds(1),
        };
        await using var channel = new HttpChannel(peer.Address, options);
        var failure = await Waiting.Failure(channel.UnaryAsync(EchoMethods.Unary, new Ping()), "the end of the call");
        failure.Code.ShouldBe(RpcStatusCode.Unavailable);
        peer.Pings.ShouldBeGreaterThan(0);
    }

    [Theory]
    [InlineData("ftp://127.0.0.1")]
    [InlineData("relative")]
    public void Constructor_NoHttpAddress_IsRefused(string address) =>
        Should.Throw<ArgumentException>(() => new HttpChannel(new Uri(address, UriKind.RelativeOrAbsolute)));

    /// <summary>Speaks just enough HTTP/2 to be taken for a server.</summary>
    private sealed class RawHttp2Peer : IAsyncDisposable
    {
        private const int PrefaceLength = 24;
        private const byte Headers = 1;
        private const byte Settings = 4;
        private const byte Ping = 6;

        private readonly TcpListener listener = new(IPAddress.Loopback, 0);
        private readonly CancellationTokenSource stop = new();
        private readonly bool closeAfterRequest;
        private readonly Task serving;

        public RawHttp2Peer(bool closeAfterRequest)
        {
            this.closeAfterRequest = closeAfterRequest;
            listener.Start();
            serving = ServeAsync();
        }

        public Uri Address => new($"http://{listener.LocalEndpoint}");

        public int Pings { get; private set; }

        public async ValueTask DisposeAsync()
        {
            await stop.CancelAsync();
            listener.Stop();
            await serving;
        }

        private async Task ServeAsync()
        {
            try
            {
                while (true)
                {
                    using var client = await listener.AcceptTcpClientAsync(stop.Token);
                    await TalkAsync(client.GetStream());
                }
            }
            catch (Exception exception) when (exception is IOException or OperationCanceledException or SocketException)
            {
                // The test is over.
            }
        }

        private async Task TalkAsync(NetworkStream stream)
        {
            await stream.ReadExactlyAsync(new byte[PrefaceLength], stop.Token);
            await stream.WriteAsync(new byte[] { 0, 0, 0, Settings, 0, 0, 0, 0, 0 }, stop.Token);
            var header = new byte[9];
            while (true)
            {
                await stream.ReadExactlyAsync(header, stop.Token);
                var length = (header[0] << 16) | (header[1] << 8) | header[2];
                await stream.ReadExactlyAsync(new byte[length], stop.Token);
                if (header[3] == Headers && closeAfterRequest)
                    return;
                if (header[3] == Settings && header[4] == 0)
                    await stream.WriteAsync(new byte[] { 0, 0, 0, Settings, 1, 0, 0, 0, 0 }, stop.Token);
                // The first pings of HttpClient measure the round trip; the last one is for keeping alive.
                Pings += header[3] == Ping ? 1 : 0;
            }
        }
    }
}
