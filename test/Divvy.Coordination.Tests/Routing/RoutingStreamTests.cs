using Divvy.Coordination.Layout;
using Divvy.Coordination.Tests.Fixtures;
using Divvy.Rpc;
using Divvy.Rpc.Sharding;

namespace Divvy.Coordination.Tests.Routing;

public sealed class RoutingStreamTests(StoreFixture stores) : IClassFixture<StoreFixture>
{
    public static TheoryData<StoreKind> Stores => StoreFixture.Stores;

    [Theory, MemberData(nameof(Stores))]
    public async Task WatchRouting_SnapshotThenDeltas_FollowTheOwners(StoreKind kind)
    {
        await using var cluster = await TestCluster.StartAsync(stores, kind, new NamespaceConfig { Shards = 4 });
        await cluster.JoinAsync("a");
        await cluster.SettledAsync(4);
        await using var call = Open(cluster, TestCluster.Space);

        var snapshot = (await call.ReadAsync().AsTask().Within("a snapshot")).ShouldNotBeNull();
        snapshot.Snapshot.ShouldBeTrue();
        snapshot.Routes.Count.ShouldBe(4);
        snapshot.Routes.ShouldAllBe(route => route.Owner.Address == "http://a:80" && route.Generation > 0);

        await cluster.JoinAsync("b");
        var moved = new Dictionary<string, Route>();
        while (moved.Count < 2)
        {
            var delta = (await call.ReadAsync().AsTask().Within("a delta")).ShouldNotBeNull();
            delta.Snapshot.ShouldBeFalse();
            delta.Revision.ShouldBeGreaterThan(snapshot.Revision);
            foreach (var route in delta.Routes)
                moved[route.Shard] = route;
        }
        moved.Values.ShouldAllBe(route => route.Owner.Instance == "b");
        foreach (var route in moved.Values)
            route.Generation.ShouldBeGreaterThan(snapshot.Routes.Single(old => old.Shard == route.Shard).Generation);
    }

    [Theory, MemberData(nameof(Stores))]
    public async Task WatchRouting_UnknownNamespace_IsRefusedAndNamesThoseThereAre(StoreKind kind)
    {
        await using var cluster = await TestCluster.StartAsync(stores, kind, new NamespaceConfig { Shards = 4 });
        await using var call = Open(cluster, "order");

        var refusal = await Should.ThrowAsync<RpcException>(call.ReadAsync().AsTask());

        refusal.Code.ShouldBe(RpcStatusCode.NotFound);
        refusal.Detail.ShouldContain(TestCluster.Space);
    }

    private static RpcCall<WatchRoutingRequest, RoutingUpdate> Open(TestCluster cluster, string space)
    {
        var call = cluster.First.Channel.Open(ShardingMethods.WatchRouting);
        _ = call.WriteAsync(new WatchRoutingRequest { Namespace = space }).AsTask();
        _ = call.CompleteAsync().AsTask();
        return call;
    }
}
