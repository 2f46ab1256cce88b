using System.Net;
using System.Net.Sockets;
using Divvy.TestKit;
using Divvy.TestKit.Etcd;

namespace Divvy.Cli.Tests.Serving;

public sealed class ServerCommandTests
{
    [Fact]
    public async Task Server_Terminated_ExitsWithZero()
    {
        var (server, _) = await DivvyProcess.StartServerAsync("--shards", "4");
        await using var process = server;
        await server.WaitForLineAsync(line => line.Contains("Became leader for shard distribution"), "it leads");

        server.Terminate();

        (await server.WaitForExitAsync()).ShouldBe(0, server.Tail());
    }

    [Fact]
    public async Task Server_PortInUse_NamesThePortAndSaysWhatToDo()
    {
        using var holder = new TcpListener(IPAddress.Loopback, 0);
        holder.Start();
        var port = ((IPEndPoint)holder.LocalEndpoint).Port;

        await using var server = DivvyProcess.Start(
            "server", "--listen", $"127.0.0.1:{port}", "--http", $"127.0.0.1:{FreePort.Probe()}");

        (await server.WaitForExitAsync()).ShouldBe(5, server.Tail());
        server.Lines.ShouldContain(line => line.Contains($"{port}") && line.Contains("--listen"));
    }

    [EtcdFact]
    public async Task Server_EtcdDownAtStart_SaysSoAndServesWhenItComes()
    {
        await using var etcd = EtcdProcess.Create();
        await using var server = DivvyProcess.Start(
            "server", "--etcd", etcd.Endpoint, "--namespace", "default",
            "--listen", $"127.0.0.1:{FreePort.Probe()}", "--http", $"127.0.0.1:{FreePort.Probe()}");
        await server.WaitForLineAsync(line => line.Contains("cannot be created yet"), "it waits for its store");

        await etcd.StartAsync();

        await server.WaitForLineAsync(line => line.Contains("Server is ready"), "the server is ready");
        (await etcd.ControlAsync("get", "--prefix", "/shard-distributor", "--keys-only"))
            .ShouldContain("/shard-distributor/namespaces/default");
    }

    [Fact]
    public async Task Server_EtcdNeverThere_StopsWhenTold()
    {
        await using var server = DivvyProcess.Start(
            "server", "--etcd", $"127.0.0.1:{FreePort.Probe()}", "--namespace", "default",
            "--listen", $"127.0.0.1:{FreePort.Probe()}", "--http", $"127.0.0.1:{FreePort.Probe()}");
        await server.WaitForLineAsync(line => line.Contains("cannot be created yet"), "it waits for its store");

        server.Terminate();

        (await server.WaitForExitAsync()).ShouldBe(0, server.Tail());
    }
}
