using Divvy.Client.Etcd;
using Divvy.Rpc;
using Divvy.Rpc.Client;
using Divvy.Rpc.Etcd;
using Divvy.TestKit;

namespace Divvy.Cli.Tests.Serving;

/// <summary>Real server processes with data folders, killed and started again.</summary>
public sealed class DurableServerTests : IDisposable
{
    private readonly TempDirectory folder = new();

    public void Dispose() => folder.Dispose();

    [Fact]
    public async Task Server_KilledWithADataFolder_HasItsDataAfterwards()
    {
        var node = new Node("single", folder.Path);
        await using (var first = await node.StartAsync())
        {
            await using var client = node.Connect();
            await client.PutAsync("kept", "yes"u8.ToArray());
            await first.KillAsync();
        }

        await using var second = await node.StartAsync();
        await using var again = node.Connect();
        (await again.GetAsync(EtcdRange.Key("kept"))).Items.Single().Value.ToArray().ShouldBe("yes"u8.ToArray());
    }

    [Fact]
    public async Task Server_DataFolderInUse_NamesItAndEnds()
    {
        var node = new Node("single", folder.Path);
        await using var holder = await node.StartAsync();

        await using var second = new Node("single", folder.Path).Begin();

        (await second.WaitForExitAsync()).ShouldBe(5, second.Tail());
        second.Lines.ShouldContain(line => line.Contains(folder.Path) && line.Contains("--data-dir"));
    }

    [Fact]
    public async Task Server_DataIsDamaged_NamesTheFileAndEnds()
    {
        var node = new Node("single", folder.Path);
        await using (var first = await node.StartAsync())
        {
            await first.KillAsync();
        }

        var snapshot = Directory.GetFiles(node.Folder, "*.snap", SearchOption.AllDirectories).Single();
        var bytes = await File.ReadAllBytesAsync(snapshot);
        bytes[bytes.Length / 2] ^= 1;
        await File.WriteAllBytesAsync(snapshot, bytes);

        await using var second = node.Begin();

        (await second.WaitForExitAsync()).ShouldBe(1, second.Tail());
        second.Lines.ShouldContain(line => line.Contains(snapshot));
    }

    [Fact]
    public async Task Server_DiskFails_EndsWithTheReason()
    {
        var node = new Node("single", folder.Path);
        var port = FreePort.Probe();
        await using var server = await node.StartAsync("--failpoints", $"127.0.0.1:{port}");
        using var http = new HttpClient();
        using var terms = new StringContent("return(\"broken\")");
        (await http.PutAsync(new Uri($"http://127.0.0.1:{port}/raftBeforeSave"), terms)).EnsureSuccessStatusCode();
        await using var client = node.Connect();

        await Should.ThrowAsync<EtcdException>(() => client.PutAsync("a", "b"u8.ToArray()));

        (await server.WaitForExitAsync()).ShouldBe(1, server.Tail());
        server.Lines.ShouldContain(line => line.Contains("disk failed") && line.Contains("broken"));
    }

    [Fact]
    public async Task Servers_ThreeStartedOneByOneAndOneKilled_GoOnAndTakeItBack()
    {
        Node[] nodes = [new("n1", folder.Path), new("n2", folder.Path), new("n3", folder.Path)];
        string[] peers = ["--peers", string.Join(',', nodes.Select(node => $"{node.Name}={node.PeerUrl}"))];
        await using var first = nodes[0].Begin(peers);
        await first.WaitForLineAsync(line => line.Contains("Waiting for enough members"), "it waits for the others");
        await using var second = await nodes[1].StartAsync(peers);
        await using var third = await nodes[2].StartAsync(peers);
        await first.WaitForLineAsync(line => line.Contains("Server is ready"), "the first is ready");
        await using (var client = nodes[0].Connect())
            await client.PutAsync("a", "1"u8.ToArray());

        await first.KillAsync();

        await using (var client = nodes[1].Connect())
            await client.PutAsync("a", "2"u8.ToArray());
        await using var back = await nodes[0].StartAsync(peers);
        await using (var client = nodes[0].Connect())
            (await client.GetAsync(EtcdRange.Key("a"))).Items.Single().Value.ToArray().ShouldBe("2"u8.ToArray());
    }

    [Fact]
    public async Task Server_JoinsWithoutBeingAdded_IsToldHowAndJoinsAfterwards()
    {
        var old = new Node("n1", folder.Path);
        await using var server = await old.StartAsync("--peer-url", old.PeerUrl);
        var joining = new Node("n2", folder.Path);
        string[] join = ["--peer-url", joining.PeerUrl, "--join", old.PeerUrl];
        await using (var refused = joining.Begin(join))
        {
            (await refused.WaitForExitAsync()).ShouldBe(4, refused.Tail());
            refused.Lines.ShouldContain(line => line.Contains($"divvy store members add {joining.PeerUrl}"));
        }

        var added = DivvyProcess.Start("store", "members", "add", joining.PeerUrl, "--endpoints", old.Listen);
        await using (added)
            (await added.WaitForExitAsync()).ShouldBe(0, added.Tail());

        await using var joined = await joining.StartAsync(join);
        await using var client = joining.Connect();
        (await client.MembersAsync()).Count.ShouldBe(2);
    }

    [Fact]
    public async Task Server_AuthenticationIsOn_StillLooksAfterItsShards()
    {
        var node = new Node("single", folder.Path);
        await using var server = await node.StartAsync();
        await using (var client = node.Connect())
        {
            await using var channel = new HttpChannel(new Uri($"http://{node.Listen}"));
            await channel.UnaryAsync(
                EtcdMethods.UserAdd, new AuthUserAddRequest { Name = "root", Password = "pw" });
            await channel.UnaryAsync(
                EtcdMethods.UserGrantRole, new AuthUserGrantRoleRequest { User = "root", Role = "root" });
            await channel.UnaryAsync(EtcdMethods.AuthEnable, new AuthEnableRequest());
            await Should.ThrowAsync<EtcdException>(() => client.PutAsync("a", "b"u8.ToArray()));
        }

        var created = DivvyProcess.Start("ns", "create", "later", "--shards", "3", "--server", node.Http);
        await using var process = created;

        (await created.WaitForExitAsync()).ShouldBe(0, created.Tail());
    }

    /// <summary>Name, folder and ports of a server, the same over its lives.</summary>
    private sealed class Node(string name, string parent)
    {
        public string Name => name;

        public string Folder { get; } = Path.Combine(parent, name);

        public string Listen { get; } = $"127.0.0.1:{FreePort.Probe()}";

        public string Http { get; } = $"127.0.0.1:{FreePort.Probe()}";

        public string PeerUrl { get; } = $"http://127.0.0.1:{FreePort.Probe()}";

        public ChildProcess Begin(params string[] more) => DivvyProcess.Start(
            ["server", "--name", name, "--data-dir", Folder, "--listen", Listen, "--http", Http, .. more]);

        public async Task<ChildProcess> StartAsync(params string[] more)
        {
            var process = Begin(more);
            await process.WaitForLineAsync(line => line.Contains("Server is ready"), $"{name} is ready");
            return process;
        }

        public EtcdClient Connect() => new(new EtcdClientOptions
        {
            Endpoints = [new Uri($"http://{Listen}")],
            Timeout = TimeSpan.FromSeconds(30),
        });
    }
}
