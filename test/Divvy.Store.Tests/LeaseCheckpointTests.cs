using Divvy.Rpc;
using Divvy.Rpc.Etcd;
using Divvy.Rpc.InProcess;
using Divvy.TestKit;
using Google.Protobuf;

namespace Divvy.Store.Tests;

/// <summary>What is left of a long lease survives the leader that counted it, and a renewal is never forgotten over
/// it. A restart stands for the change of leader: both count from what the log says.</summary>
public sealed class LeaseCheckpointTests : IDisposable
{
    private static readonly TimeSpan patience = TimeSpan.FromSeconds(30);

    private readonly TempDirectory folder = new();
    private readonly ManualTimeProvider time = new();

    public void Dispose() => folder.Dispose();

    [Theory]
    [InlineData(299, 1000)]
    [InlineData(300, 700)]
    [InlineData(900, 100)]
    public async Task NewLeader_LongLease_CountsFromTheLastCheckpoint(int seconds, int left)
    {
        await using (var store = await OpenAsync())
        {
            await using var channel = Connect(store);
            await channel.UnaryAsync(EtcdMethods.LeaseGrant, new LeaseGrantRequest { ID = 7, TTL = 1000 });
            await PassAsync(store, channel, seconds);
        }

        await using var again = await OpenAsync();
        await using var after = Connect(again);
        (await LeftAsync(after)).ShouldBe(left);
    }

    [Fact]
    public async Task NewLeader_LeaseRenewedAfterItsCheckpoint_GivesItTheFullTime()
    {
        await using (var store = await OpenAsync())
        {
            await using var channel = Connect(store);
            await channel.UnaryAsync(EtcdMethods.LeaseGrant, new LeaseGrantRequest { ID = 7, TTL = 1000 });
            await PassAsync(store, channel, 600);
            await RenewAsync(channel);
        }

        await using var again = await OpenAsync();
        await using var after = Connect(again);
        (await LeftAsync(after)).ShouldBe(1000);
    }

    [Fact]
    public async Task Renewal_LeaseWithoutACheckpoint_CostsNoPlaceInTheLog()
    {
        await using var store = await OpenAsync();
        await using var channel = Connect(store);
        await channel.UnaryAsync(EtcdMethods.LeaseGrant, new LeaseGrantRequest { ID = 7, TTL = 1000 });
        await PassAsync(store, channel, 600);
        await RenewAsync(channel);
        var applied = store.Snapshot().AppliedIndex;

        for (var renewal = 0; renewal < 10; renewal++)
        {
            time.Advance(TimeSpan.FromSeconds(299));
            store.Poll();
            await RenewAsync(channel);
        }

        store.Snapshot().AppliedIndex.ShouldBe(applied);
    }

    /// <summary>Opens the member and waits until it leads: what is asked before is asked again after a while, and no
    /// time passes here by itself.</summary>
    private async Task<EmbeddedStore> OpenAsync()
    {
        var store = EmbeddedStore.Open(
            new EmbeddedStoreOptions { DataDirectory = folder.Path, PollInBackground = false }, time);
        await store.Ready.WaitAsync(patience);
        return store;
    }

    private static InProcessChannel Connect(EmbeddedStore store)
    {
        var services = new RpcServices();
        store.MapTo(services);
        return new InProcessChannel(services);
    }

    /// <summary>Lets time pass, and waits until the log has everything that came of it.</summary>
    private async Task PassAsync(EmbeddedStore store, InProcessChannel channel, int seconds)
    {
        for (var passed = 0; passed < seconds; passed += 100)
        {
            time.Advance(TimeSpan.FromSeconds(Math.Min(100, seconds - passed)));
            store.Poll();
        }

        var put = new PutRequest { Key = ByteString.CopyFromUtf8("k"), Value = ByteString.CopyFromUtf8("v") };
        await channel.UnaryAsync(EtcdMethods.Put, put).AsTask().WaitAsync(patience);
    }

    private static async Task RenewAsync(InProcessChannel channel)
    {
        await using var renewals = channel.Open(EtcdMethods.LeaseKeepAlive);
        await renewals.WriteAsync(new LeaseKeepAliveRequest { ID = 7 });
        (await renewals.ReadAsync().AsTask().WaitAsync(patience))!.TTL.ShouldBe(1000);
    }

    private static async Task<long> LeftAsync(InProcessChannel channel) =>
        (await channel.UnaryAsync(EtcdMethods.LeaseTimeToLive, new LeaseTimeToLiveRequest { ID = 7 }).AsTask()
            .WaitAsync(patience)).TTL;
}
