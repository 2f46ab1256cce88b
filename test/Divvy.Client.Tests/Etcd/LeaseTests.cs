using Divvy.Client.Etcd;
using static Divvy.Client.Tests.Etcd.TestClients;

namespace Divvy.Client.Tests.Etcd;

public sealed class LeaseTests(StoreFixture stores) : IClassFixture<StoreFixture>
{
    private readonly string key = $"{NewPrefix()}/key";

    public static TheoryData<StoreKind> Stores => StoreFixture.Stores;

    [Theory, MemberData(nameof(Stores))]
    public async Task TimeToLiveAsync_OfAGrantedLease_ShowsItsKeys(StoreKind kind)
    {
        var client = await stores.ClientAsync(kind);
        var lease = await client.GrantAsync(TimeSpan.FromSeconds(299.5));
        await client.PutAsync(key, Bytes("1"), lease.Id);

        var info = (await client.TimeToLiveAsync(lease.Id, keys: true)).ShouldNotBeNull();

        lease.Ttl.ShouldBe(TimeSpan.FromMinutes(5));
        info.GrantedTtl.ShouldBe(TimeSpan.FromMinutes(5));
        info.TimeLeft.ShouldBeInRange(TimeSpan.FromMinutes(3), TimeSpan.FromMinutes(5));
        info.Keys.ShouldBe([key]);
    }

    [Theory, MemberData(nameof(Stores))]
    public async Task GrantAsync_IdInUse_IsRefused(StoreKind kind)
    {
        var client = await stores.ClientAsync(kind);
        var lease = await client.GrantAsync(TimeSpan.FromMinutes(5), id: 4711);

        lease.Id.ShouldBe(4711);
        var failure = await Should.ThrowAsync<EtcdException>(client.GrantAsync(TimeSpan.FromMinutes(5), id: 4711));
        failure.Code.ShouldBe(Divvy.Rpc.RpcStatusCode.FailedPrecondition);
    }

    [Theory, MemberData(nameof(Stores))]
    public async Task RevokeAsync_Twice_DeletesTheKeysAndIsContent(StoreKind kind)
    {
        var client = await stores.ClientAsync(kind);
        var lease = await client.GrantAsync(TimeSpan.FromMinutes(5));
        await client.PutAsync(key, Bytes("1"), lease.Id);

        await client.RevokeAsync(lease.Id);
        await client.RevokeAsync(lease.Id);

        (await client.GetAsync(EtcdRange.Key(key))).First.ShouldBeNull();
        (await client.TimeToLiveAsync(lease.Id)).ShouldBeNull();
        (await client.KeepAliveOnceAsync(lease.Id)).ShouldBeNull();
    }

    [Theory, MemberData(nameof(Stores))]
    public async Task Lease_NotRenewed_ExpiresAndItsKeyGoesAndKeepAliveSaysSo(StoreKind kind)
    {
        var client = await stores.ClientAsync(kind);
        var lease = await client.GrantAsync(TimeSpan.FromSeconds(1));
        var put = await client.PutAsync(key, Bytes("1"), lease.Id);

        var batch = await client.WatchAsync(EtcdRange.Key(key), new WatchOptions { StartRevision = put + 1 })
            .FirstAsync().AsTask().OrTimeout("the delete of the expired lease's key");

        batch.Events.ShouldHaveSingleItem().IsDelete.ShouldBeTrue();
        (await client.KeepAliveOnceAsync(lease.Id)).ShouldBeNull();
    }

    [Theory, MemberData(nameof(Stores))]
    public async Task KeepAliveOnceAsync_ThousandLeasesAtOnce_EachGetsItsOwnAnswer(StoreKind kind)
    {
        var client = await stores.ClientAsync(kind);
        var grants = await Task.WhenAll(Enumerable.Range(0, 100).Select(
            i => client.GrantAsync(TimeSpan.FromSeconds(1000 + i))));
        var unknown = grants.Max(grant => grant.Id) - 1;
        unknown = grants.Any(grant => grant.Id == unknown) ? 1 : unknown;

        var renewals = await Task.WhenAll(Enumerable.Range(0, 1000).Select(
            i => client.KeepAliveOnceAsync(i % 10 == 0 ? unknown : grants[i % 100].Id)));

        for (var i = 0; i < renewals.Length; i++)
            renewals[i].ShouldBe(i % 10 == 0 ? null : grants[i % 100].Ttl);
    }
}
