using Divvy.Rpc;
using Divvy.Rpc.Etcd;
using Divvy.Store.Tests.Conformance;
using static Divvy.Store.Tests.Conformance.Api;

namespace Divvy.Store.Tests;

/// <summary>A member that has lost its leader, and clients that would rather know.</summary>
public sealed class LeaderLossTests
{
    private const string NoLeader = "etcdserver: no leader";

    private static readonly RpcCallOptions needsLeader =
        new() { Metadata = RpcMetadata.Empty.With("hasleader", "true"), Timeout = TimeSpan.FromSeconds(30) };

    [Fact]
    public async Task WithoutQuorum_CallsAndStreamsThatNeedALeader_Fail()
    {
        await using var cluster = await ServedCluster.StartAsync();
        var survivor = cluster.Members[0];
        await using var watch = survivor.Channel.Open(EtcdMethods.Watch, needsLeader);
        await watch.WriteAsync(new WatchRequest { CreateRequest = new WatchCreateRequest { Key = Bytes("a") } });
        (await watch.ReadAsync())!.Created.ShouldBeTrue();
        await using var patient = await WatchClient.OpenAsync(survivor.Channel);
        await patient.CreateAsync(new WatchCreateRequest { Key = Bytes("a") });

        foreach (var other in cluster.Members.Skip(1).ToList())
            await cluster.StopAsync(other);

        await watch.ReadAsync().AsTask().ShouldBeRefusedAsync(RpcStatusCode.Unavailable, NoLeader);
        await survivor.Channel.UnaryAsync(EtcdMethods.Range, NewRange("a"), needsLeader).AsTask()
            .ShouldBeRefusedAsync(RpcStatusCode.Unavailable, NoLeader);
        await using var late = survivor.Channel.Open(EtcdMethods.Watch, needsLeader);
        await late.ReadAsync().AsTask().ShouldBeRefusedAsync(RpcStatusCode.Unavailable, NoLeader);
        var serializable = new RangeRequest { Key = Bytes("a"), Serializable = true };
        (await survivor.Channel.UnaryAsync(EtcdMethods.Range, serializable)).Count.ShouldBe(0);
        await patient.CreateAsync(new WatchCreateRequest { Key = Bytes("b") });
    }
}
