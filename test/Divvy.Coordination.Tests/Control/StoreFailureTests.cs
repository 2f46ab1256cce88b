using System.Net;
using Divvy.Client.Etcd;
using Divvy.Coordination.Layout;
using Divvy.Coordination.Tests.Fixtures;
using Divvy.TestKit.Etcd;

namespace Divvy.Coordination.Tests.Control;

/// <summary>A real etcd that is down, goes away, comes back, or forgets.</summary>
public sealed class StoreFailureTests
{
    private const string Space = TestCluster.Space;

    [EtcdFact]
    public async Task StoreDownAtStart_ServerWaits_SaysSoAndGoesOn()
    {
        await using var etcd = EtcdProcess.Create();
        await using var server = Server(etcd);
        await server.Server.StartAsync();
        using var http = await server.ServeAsync();
        var created = server.Server.EnsureNamespaceAsync(Space, new NamespaceConfig { Shards = 2 });

        await server.Log.WaitForAsync("The store cannot be read, trying again until it can");
        var waiting = await http.GetAsync("/ready");
        waiting.StatusCode.ShouldBe(HttpStatusCode.ServiceUnavailable);
        (await waiting.Content.ReadAsStringAsync()).ShouldContain("store");
        (await http.GetAsync("/health")).StatusCode.ShouldBe(HttpStatusCode.OK);

        await etcd.StartAsync();
        await created.Within("the namespace created once the store is there");
        await using var a = new ScriptedInstance("a");
        await a.ConnectAsync(server.Channel);
        await a.UntilAsync(self => self.Active == 2, "its shards");
        (await http.GetAsync("/ready")).StatusCode.ShouldBe(HttpStatusCode.OK);
        server.Log.Lines.Count(line => line.Contains("cannot be read, trying again")).ShouldBe(1, "once, not at every attempt");
    }

    [EtcdFact]
    public async Task StoreGoesAwayAndReturns_SessionsAndShardsStay()
    {
        await using var etcd = await EtcdProcess.StartNewAsync();
        await using var server = Server(etcd);
        await server.Server.StartAsync();
        await server.Server.EnsureNamespaceAsync(Space, new NamespaceConfig { Shards = 4, SessionTtlMs = 60_000 });
        await using var a = new ScriptedInstance("a") { Heartbeats = false };
        await a.ConnectAsync(server.Channel);
        await a.UntilAsync(self => self.Active == 4, "its shards");
        var generations = a.Roles.Values.Select(role => role.Generation).ToList();

        await etcd.KillAsync();
        await a.SendHeartbeatAsync();
        await server.Log.WaitForAsync("cannot be renewed");
        a.LastAck.ShouldBeNull("a renewal that the store did not answer acknowledges nothing");

        await etcd.StartAsync();
        await a.SendHeartbeatAsync();
        await a.UntilAsync(self => self.LastAck?.Number == 2, "the next heartbeat acknowledged");
        await using var b = new ScriptedInstance("b");
        await b.ConnectAsync(server.Channel);
        await b.UntilAsync(self => self.Active == 2, "its share: the controller works again");
        a.Ended.ShouldBeNull();
        a.Roles.Values.ShouldAllBe(role => generations.Contains(role.Generation));
    }

    private static TestServer Server(EtcdProcess etcd)
    {
        var client = new EtcdClient(new EtcdClientOptions
        {
            Endpoints = EtcdEndpoints.Parse(etcd.Endpoint),
            Timeout = TimeSpan.FromSeconds(2),
            BackoffMax = TimeSpan.FromMilliseconds(200),
        });
        var options = new CoordinationOptions
        {
            ServerId = "server-1",
            SettleDelay = TimeSpan.FromMilliseconds(20),
            ControllerTtl = TimeSpan.FromSeconds(2),
        };
        return new TestServer(options, client, new StoreConnection(client, null));
    }
}
