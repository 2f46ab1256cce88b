using Divvy.Rpc;
using Divvy.Rpc.Etcd;
using static Divvy.Store.Tests.Conformance.Api;

namespace Divvy.Store.Tests.Conformance;

/// <summary>Locks.</summary>
public abstract class LockConformance(IServer server)
{
    private static readonly TimeSpan patience = TimeSpan.FromSeconds(30);

    private readonly Api api = new(server.Channel);

    [ConformanceFact]
    public async Task Lock_Free_IsTakenWithAKeyOfTheLease()
    {
        var lease = await api.GrantAsync(100);

        var taken = await LockAsync("k/free", lease.ID);

        taken.Key.ToStringUtf8().ShouldBe($"k/free/{lease.ID:x}");
        var record = await api.GetAsync(taken.Key.ToStringUtf8());
        record.ShouldNotBeNull().Lease.ShouldBe(lease.ID);
        taken.Header.Revision.ShouldBe(record.CreateRevision);
    }

    [ConformanceFact]
    public async Task Lock_WithoutALease_GetsOneOfAMinute()
    {
        var taken = await LockAsync("k/unleased", 0);

        var record = await api.GetAsync(taken.Key.ToStringUtf8());
        var left = await api.CallAsync(
            EtcdMethods.LeaseTimeToLive, new LeaseTimeToLiveRequest { ID = record.ShouldNotBeNull().Lease });
        left.GrantedTTL.ShouldBe(60);
    }

    [ConformanceFact]
    public async Task Lock_Twice_ByTheSameLease_IsHeldOnce()
    {
        var lease = await api.GrantAsync(100);
        var first = await LockAsync("k/again", lease.ID);

        var second = await LockAsync("k/again", lease.ID);

        second.Key.ShouldBe(first.Key);
    }

    [ConformanceFact]
    public async Task Lock_Held_WaitsUntilItIsUnlocked()
    {
        var first = await LockAsync("k/held", (await api.GrantAsync(100)).ID);
        var waiter = (await api.GrantAsync(100)).ID;
        var waiting = LockAsync("k/held", waiter);
        await WaitForKeyAsync($"k/held/{waiter:x}");

        waiting.IsCompleted.ShouldBeFalse();
        var unlocked = await api.CallAsync(EtcdMethods.Unlock, new UnlockRequest { Key = first.Key });

        var second = await waiting.WaitAsync(patience);
        second.Header.Revision.ShouldBeGreaterThanOrEqualTo(unlocked.Header.Revision);
        (await api.GetAsync(first.Key.ToStringUtf8())).ShouldBeNull();
    }

    [ConformanceFact]
    public async Task Lock_HoldersLeaseRevoked_GoesToTheNextInLine()
    {
        var holder = (await api.GrantAsync(100)).ID;
        await LockAsync("k/line", holder);
        var next = (await api.GrantAsync(100)).ID;
        var second = LockAsync("k/line", next);
        await WaitForKeyAsync($"k/line/{next:x}");
        var last = (await api.GrantAsync(100)).ID;
        var third = LockAsync("k/line", last);
        await WaitForKeyAsync($"k/line/{last:x}");

        await api.CallAsync(EtcdMethods.LeaseRevoke, new LeaseRevokeRequest { ID = holder });

        (await second.WaitAsync(patience)).Key.ToStringUtf8().ShouldBe($"k/line/{next:x}");
        third.IsCompleted.ShouldBeFalse();
        await api.CallAsync(EtcdMethods.LeaseRevoke, new LeaseRevokeRequest { ID = next });
        (await third.WaitAsync(patience)).Key.ToStringUtf8().ShouldBe($"k/line/{last:x}");
    }

    [ConformanceFact]
    public async Task Lock_WaiterGivesUp_LeavesTheLine()
    {
        await LockAsync("k/leave", (await api.GrantAsync(100)).ID);
        var waiter = (await api.GrantAsync(100)).ID;
        using var giveUp = new CancellationTokenSource();
        var waiting = LockAsync("k/leave", waiter, giveUp.Token);
        await WaitForKeyAsync($"k/leave/{waiter:x}");
        await using var watch = await WatchClient.OpenAsync(server.Channel);
        var inLine = await api.GetAsync($"k/leave/{waiter:x}");
        await watch.CreateAsync(new WatchCreateRequest
        {
            Key = Bytes($"k/leave/{waiter:x}"),
            StartRevision = inLine!.ModRevision + 1, // the member that serves the watch may not have applied it yet
        });

        await giveUp.CancelAsync();

        await Should.ThrowAsync<OperationCanceledException>(waiting);
        var gone = await watch.ReadAsync("the deletion of the waiter's key");
        gone.Events.Single().Type.ShouldBe(Event.Types.EventType.Delete);
    }

    [ConformanceFact]
    public Task Lock_UnknownLease_IsRefused() => LockAsync("k/unknown", 12345)
        .ShouldBeRefusedAsync(RpcStatusCode.Unknown, "etcdserver: requested lease not found");

    private async Task<LockResponse> LockAsync(
        string name, long lease, CancellationToken cancellationToken = default) => await server.Channel.UnaryAsync(
            EtcdMethods.Lock,
            new LockRequest { Name = Bytes(name), Lease = lease },
            new RpcCallOptions { Timeout = patience },
            cancellationToken);

    /// <summary>Waits for the key of a contender, after which it has its place in the line.</summary>
    private async Task WaitForKeyAsync(string key)
    {
        await using var watch = await WatchClient.OpenAsync(server.Channel);
        await watch.CreateAsync(new WatchCreateRequest { Key = Bytes(key) });
        if (await api.GetAsync(key) is null)
            (await watch.ReadAsync($"the put of {key}")).Events.ShouldNotBeEmpty();
    }
}
