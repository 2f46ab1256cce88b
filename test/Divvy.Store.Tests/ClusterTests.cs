using Divvy.Rpc;
using Divvy.Rpc.Etcd;
using Divvy.TestKit.Stores;
using Google.Protobuf;

namespace Divvy.Store.Tests;

/// <summary>Three members: writes through any of them are read through any other; one may be missing.</summary>
public sealed class ClusterTests : IAsyncLifetime
{
    private readonly StoreCluster cluster = new();

    public Task InitializeAsync() => cluster.ReadyAsync();

    public async Task DisposeAsync() => await cluster.DisposeAsync();

    [Fact]
    public async Task Put_ThroughAnyMember_IsReadThroughEveryOther()
    {
        for (var round = 0; round < 5; round++)
        {
            foreach (var writer in cluster.Names)
            {
                var revision = (await PutAsync(writer, "key", $"{writer}-{round}")).Header.Revision;
                foreach (var reader in cluster.Names)
                {
                    var range = await GetAsync(reader, "key");
                    range.Kvs.Single().Value.ToStringUtf8().ShouldBe($"{writer}-{round}");
                    range.Kvs.Single().ModRevision.ShouldBe(revision);
                }
            }
        }
    }

    [Fact]
    public async Task Members_AfterTheStart_HaveToldTheirNamesAndAddresses()
    {
        for (var attempt = 0; attempt < 100; attempt++)
        {
            var list = await cluster.Channel("n2").UnaryAsync(
                EtcdMethods.MemberList, new MemberListRequest { Linearizable = true });
            if (list.Members.All(member => member.ClientURLs.Count == 1))
            {
                list.Members.Select(member => member.Name).Order().ShouldBe(cluster.Names);
                return;
            }

            await PutAsync("n1", "wait", "x");
        }

        Assert.Fail("a member has not told its client URLs after 100 writes");
    }

    [Fact]
    public async Task Leader_Stopped_OthersGoOnAndItCatchesUp()
    {
        for (var i = 0; i < 50; i++)
            await PutAsync("n1", $"before{i}", "x");
        var leader = await LeaderAsync("n1");
        var survivor = cluster.Names.First(name => name != leader);

        await cluster.StopAsync(leader);
        for (var i = 0; i < 50; i++)
            await PutAsync(survivor, $"after{i}", "x");
        cluster.Start(leader);
        await cluster.ReadyAsync();

        var hashes = new HashSet<uint>();
        foreach (var name in cluster.Names)
        {
            (await GetAsync(name, "after49")).Count.ShouldBe(1);
            var hash = await cluster.Channel(name).UnaryAsync(EtcdMethods.HashKV, new HashKVRequest { Revision = 90 });
            hashes.Add(hash.Hash);
        }

        hashes.Count.ShouldBe(1);
    }

    [Fact]
    public async Task Leases_RenewedThroughAFollower_Live()
    {
        var leader = await LeaderAsync("n1");
        var follower = cluster.Names.First(name => name != leader);
        var channel = cluster.Channel(follower);
        await channel.UnaryAsync(EtcdMethods.LeaseGrant, new LeaseGrantRequest { ID = 5, TTL = 60 });

        await using var renewals = channel.Open(EtcdMethods.LeaseKeepAlive);
        await renewals.WriteAsync(new LeaseKeepAliveRequest { ID = 5 });

        (await renewals.ReadAsync())!.TTL.ShouldBe(60);
        var left = await channel.UnaryAsync(EtcdMethods.LeaseTimeToLive, new LeaseTimeToLiveRequest { ID = 5 });
        left.TTL.ShouldBeInRange(50, 60);
    }

    [Fact]
    public async Task Member_AddedFarBehind_GetsASnapshotAndEverythingAfter()
    {
        for (var i = 0; i < 20; i++)
            await PutAsync("n1", $"k{i}", new string('x', 2000));
        await cluster.StopAsync("n3");
        for (var i = 0; i < 6000; i += 100)
            await Task.WhenAll(Enumerable.Range(i, 100).Select(n => PutAsync("n1", $"k{n % 50}", $"{n}")));
        for (var i = 0; i < 6000; i += 100)
            await Task.WhenAll(Enumerable.Range(i, 100).Select(n => PutAsync("n2", $"k{n % 50}", $"{n}")));
        cluster.Start("n3");

        (await GetAsync("n3", "k49")).Kvs.Single().Value.ToStringUtf8().ShouldBe("5999");
        (await PutAsync("n3", "k49", "again")).Header.Revision.ShouldBe(12_022);
    }

    private async Task<PutResponse> PutAsync(string member, string key, string value) =>
        await cluster.Channel(member).UnaryAsync(EtcdMethods.Put, new PutRequest
        {
            Key = ByteString.CopyFromUtf8(key),
            Value = ByteString.CopyFromUtf8(value),
        });

    private async Task<RangeResponse> GetAsync(string member, string key) =>
        await cluster.Channel(member).UnaryAsync(
            EtcdMethods.Range, new RangeRequest { Key = ByteString.CopyFromUtf8(key) });

    private async Task<string> LeaderAsync(string through)
    {
        var channel = cluster.Channel(through);
        var status = await channel.UnaryAsync(EtcdMethods.Status, new StatusRequest());
        var list = await channel.UnaryAsync(EtcdMethods.MemberList, new MemberListRequest());
        return list.Members.First(member => member.ID == status.Leader).Name;
    }
}
