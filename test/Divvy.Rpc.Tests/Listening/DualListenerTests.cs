using System.Net;
using System.Net.Sockets;
using System.Text;
using Divvy.Rpc.Client;
using Divvy.Rpc.Tests.Messages;

namespace Divvy.Rpc.Tests.Listening;

public sealed class DualListenerTests : IAsyncLifetime
{
    private EchoServer server = null!;

    public async Task InitializeAsync() => server = await EchoServer.StartAsync();

    public async Task DisposeAsync() => await server.DisposeAsync();

    [Fact]
    public async Task Port_Both_ProtocolsAreServed()
    {
        server.Address.Port.ShouldNotBe(0);
        using var http = new HttpClient { BaseAddress = server.Address };
        (await http.GetStringAsync("/plain")).ShouldBe("HTTP/1.1");
        using var request = new HttpRequestMessage(HttpMethod.Get, "/plain")
        {
            Version = HttpVersion.Version20,
            VersionPolicy = HttpVersionPolicy.RequestVersionExact,
        };
        using var response = await http.SendAsync(request);
        (await response.Content.ReadAsStringAsync()).ShouldBe("HTTP/2");
        await AssertServesAsync();
    }

    [Theory]
    [InlineData("PROPFIND / HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n", "HTTP/1.1 404")]
    [InlineData("PUT / HTTP/1.1\r\nHost: x\r\nContent-Length: 0\r\nConnection: close\r\n\r\n", "HTTP/1.1 404")]
    [InlineData("\u0016\u0003\u0001 is no request\r\n\r\n", "HTTP/1.1 400")]
    public async Task FirstBytes_OfNoPreface_AreHttp11(string bytes, string answer)
    {
        using var client = new TcpClient();
        await client.ConnectAsync(IPAddress.Loopback, server.Address.Port);
        await client.GetStream().WriteAsync(Encoding.ASCII.GetBytes(bytes));
        (await ReadAllAsync(client)).ShouldStartWith(answer);
        await AssertServesAsync();
    }

    [Fact]
    public async Task FirstBytes_OneByOne_AreWaitedFor()
    {
        using var client = new TcpClient { NoDelay = true };
        await client.ConnectAsync(IPAddress.Loopback, server.Address.Port);
        var stream = client.GetStream();
        foreach (var octet in "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n"u8.ToArray())
            await stream.WriteAsync(new[] { octet });
        await stream.WriteAsync(new byte[] { 0, 0, 0, 4, 0, 0, 0, 0, 0 });
        var header = new byte[9];
        await Waiting.Or(ReadExactlyAsync(stream, header), "the settings of the server");
        header[3].ShouldBe((byte)4);
    }

    [Fact]
    public async Task Connections_SilentOrGone_DoNotHinderOthers()
    {
        var clients = new List<TcpClient>();
        for (var i = 0; i < 50; i++)
        {
            var client = new TcpClient();
            await client.ConnectAsync(IPAddress.Loopback, server.Address.Port);
            clients.Add(client);
        }

        await AssertServesAsync();
        clients.Take(25).ToList().ForEach(client => client.Dispose());
        await AssertServesAsync();
        // The others are still undecided: the stop must not wait for them.
        await server.StopAsync(new CancellationTokenSource(TimeSpan.FromSeconds(60)).Token);
        clients.ForEach(client => client.Dispose());
    }

    [Fact]
    public async Task Start_PortInUse_SaysWhichAddress()
    {
        var thrown = await Should.ThrowAsync<IOException>(EchoServer.StartAsync(port: server.Address.Port));
        thrown.Message.ShouldContain($"127.0.0.1:{server.Address.Port}");
        thrown.Message.ShouldContain("in use");
    }

    [Fact]
    public async Task KeepAlive_ClientAnswersNoPing_IsClosed()
    {
        await using var strict = await EchoServer.StartAsync(new()
        {
            KeepAlivePingDelay = TimeSpan.FromSeconds(1),
            KeepAlivePingTimeout = TimeSpan.FromSeconds(1),
        });
        using var client = new TcpClient();
        await client.ConnectAsync(IPAddress.Loopback, strict.Address.Port);
        var stream = client.GetStream();
        await stream.WriteAsync("PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n"u8.ToArray());
        await stream.WriteAsync(new byte[] { 0, 0, 0, 4, 0, 0, 0, 0, 0 });
        using var received = new MemoryStream();
        var copying = stream.CopyToAsync(received).ContinueWith(copy => copy.IsCompleted, TaskScheduler.Default);
        await Waiting.Or(copying, "the end of the connection");
        received.ToArray().AsSpan().IndexOf(new byte[] { 0, 0, 8, 6, 0 }).ShouldBeGreaterThan(0);
    }

    private static async Task<bool> ReadExactlyAsync(Stream stream, byte[] buffer)
    {
        await stream.ReadExactlyAsync(buffer);
        return true;
    }

    private static async Task<string> ReadAllAsync(TcpClient client)
    {
        using var reader = new StreamReader(client.GetStream());
        return await Waiting.Or(reader.ReadToEndAsync(), "the end of the answer");
    }

    private async Task AssertServesAsync()
    {
        await using var channel = new HttpChannel(server.Address);
        (await channel.UnaryAsync(EchoMethods.Unary, new Ping { Text = "here" })).Text.ShouldBe("here");
    }
}
