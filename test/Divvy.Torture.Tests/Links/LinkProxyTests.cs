using System.Net;
using System.Net.Sockets;
using Divvy.TestKit;
using Divvy.Torture.Links;

namespace Divvy.Torture.Tests.Links;

public sealed class LinkProxyTests : IAsyncLifetime
{
    private static readonly TimeSpan limit = TimeSpan.FromSeconds(30);

    private readonly LinkTable links = new();
    private readonly int port = FreePort.Probe();
    private readonly TcpListener target = new(IPAddress.Loopback, 0);
    private readonly TcpClient client = new();
    private readonly CancellationTokenSource late = new(limit);
    private LinkProxy proxy = null!;
    private TcpClient member = null!;

    public async Task InitializeAsync()
    {
        target.Start();
        proxy = new LinkProxy(port, ((IPEndPoint)target.LocalEndpoint).Port, "n1", links, _ => "n2");
        await client.ConnectAsync(IPAddress.Loopback, port, late.Token);
        member = await target.AcceptTcpClientAsync(late.Token);
    }

    public async Task DisposeAsync()
    {
        client.Dispose();
        member.Dispose();
        await proxy.DisposeAsync();
        target.Dispose();
        late.Dispose();
    }

    [Fact]
    public async Task Bytes_OpenLink_PassBothWays()
    {
        await SendAsync(client, 1);
        (await ReceiveAsync(member)).ShouldBe(1);
        await SendAsync(member, 2);
        (await ReceiveAsync(client)).ShouldBe(2);
    }

    [Fact]
    public async Task Bytes_OneDirectionCut_PassTheOtherWayAndArriveLate()
    {
        links.Cut([("n2", "n1")]);
        await SendAsync(client, 1);
        await SendAsync(member, 2);
        (await ReceiveAsync(client)).ShouldBe(2);
        var held = ReceiveAsync(member);
        held.IsCompleted.ShouldBeFalse();
        links.Heal(aborts: false);
        (await held).ShouldBe(1);
    }

    [Fact]
    public async Task Bytes_CutThatLoses_BreaksTheConnection()
    {
        links.Cut([("n2", "n1")]);
        await SendAsync(client, 1);
        while (links.Holding == 0)
            await Task.Delay(1, late.Token);
        links.Heal(aborts: true);
        await Should.ThrowAsync<IOException>(ReceiveAsync(member));
    }

    [Fact]
    public async Task Connection_EndedByOneEnd_EndsAtTheOther()
    {
        member.Dispose();
        await Should.ThrowAsync<IOException>(ReceiveAsync(client));
    }

    /// <summary>This process is the one that connects, so it must be named among others.</summary>
    [Fact]
    public void Find_OwnConnection_NamesThisProcess()
    {
        var source = ((IPEndPoint)client.Client.LocalEndPoint!).Port;
        SocketOwners.Find(source, port, [1, Environment.ProcessId]).ShouldBe(Environment.ProcessId);
        SocketOwners.Find(source, port, [1]).ShouldBeNull();
        SocketOwners.Find(source, FreePort.Probe(), [Environment.ProcessId]).ShouldBeNull();
    }

    private Task SendAsync(TcpClient from, byte value) => from.GetStream().WriteAsync(new[] { value }, late.Token).AsTask();

    /// <summary>The next byte; the end of the connection is a failure like a broken one.</summary>
    private async Task<int> ReceiveAsync(TcpClient to)
    {
        var buffer = new byte[1];
        return await to.GetStream().ReadAsync(buffer, late.Token) == 1 ? buffer[0] : throw new IOException("ended");
    }
}
