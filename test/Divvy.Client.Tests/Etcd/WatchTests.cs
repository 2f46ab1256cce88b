using Divvy.Client.Etcd;
using static Divvy.Client.Tests.Etcd.TestClients;

namespace Divvy.Client.Tests.Etcd;

public sealed class WatchTests(StoreFixture stores) : IClassFixture<StoreFixture>
{
    private readonly string prefix = NewPrefix();

    public static TheoryData<StoreKind> Stores => StoreFixture.Stores;

    [Theory, MemberData(nameof(Stores))]
    public async Task WatchAsync_FromNow_FirstSaysSinceWhenThenDelivers(StoreKind kind)
    {
        var client = await stores.ClientAsync(kind);
        var before = await client.PutAsync($"{prefix}/a", Bytes("before"));
        await using var watch = Watch(client, WatchOptions.Default);

        var opening = await watch.NextAsync();
        var after = await client.PutAsync($"{prefix}/a", Bytes("after"));
        var batch = await watch.NextAsync();

        opening.Events.ShouldBeEmpty();
        opening.Revision.ShouldBe(before);
        batch.Revision.ShouldBe(after);
        batch.Events.ShouldHaveSingleItem().Kv.Text.ShouldBe("after");
    }

    [Theory, MemberData(nameof(Stores))]
    public async Task WatchAsync_FromARevision_DeliversHistoryThenNews(StoreKind kind)
    {
        var client = await stores.ClientAsync(kind);
        var created = await client.PutAsync($"{prefix}/a", Bytes("1"));
        var deleted = (await client.DeleteAsync(EtcdRange.Key($"{prefix}/a"))).Revision;
        await using var watch = Watch(client, new WatchOptions { StartRevision = created, PreviousKv = true });

        var events = await watch.EventsAsync(2);
        var put = await client.PutAsync($"{prefix}/b", Bytes("2"));
        events.AddRange(await watch.EventsAsync(1));

        events.Select(change => change.Kv.ModRevision).ShouldBe([created, deleted, put]);
        events.Select(change => change.IsDelete).ShouldBe([false, true, false]);
        events.Select(change => change.IsCreate).ShouldBe([true, false, true]);
        events[1].Previous!.Text.ShouldBe("1");
    }

    [Theory, MemberData(nameof(Stores))]
    public async Task WatchAsync_TransactionOfManyKeys_ComesInOneBatch(StoreKind kind)
    {
        var client = await stores.ClientAsync(kind);
        var puts = Enumerable.Range(0, 100).Select(i => EtcdOp.Put($"{prefix}/{i:000}", new string('x', 20_000)));

        var written = await client.TxnAsync(EtcdTxn.If().Then(puts.Take(50)));
        await using var watch = Watch(client, new WatchOptions { StartRevision = written.Revision });

        var batch = await watch.NextAsync();
        batch.Events.Count.ShouldBe(50);
        batch.Revision.ShouldBe(written.Revision);
    }

    [Theory, MemberData(nameof(Stores))]
    public async Task WatchAsync_WithFilters_LeavesThoseEventsOut(StoreKind kind)
    {
        var client = await stores.ClientAsync(kind);
        var start = await client.PutAsync($"{prefix}/a", Bytes("1"));
        await client.DeleteAsync(EtcdRange.Key($"{prefix}/a"));
        await client.PutAsync($"{prefix}/a", Bytes("2"));
        await using var deletes = Watch(client, new WatchOptions { StartRevision = start, NoPut = true });
        await using var puts = Watch(client, new WatchOptions { StartRevision = start, NoDelete = true });

        (await deletes.EventsAsync(1)).ShouldAllBe(change => change.IsDelete);
        (await puts.EventsAsync(2)).Select(change => change.Kv.Text).ShouldBe(["1", "2"]);
    }

    [Theory, MemberData(nameof(Stores))]
    public async Task WatchAsync_StartCompacted_EndsWithTheCompactRevision(StoreKind kind)
    {
        var client = await stores.ClientAsync(kind);
        var start = await client.PutAsync($"{prefix}/a", Bytes("1"));
        await client.PutAsync($"{prefix}/a", Bytes("2"));
        var compacted = await client.PutAsync($"{prefix}/a", Bytes("3"));
        await client.CompactAsync(compacted);
        await using var watch = Watch(client, new WatchOptions { StartRevision = start });

        var batch = await watch.NextAsync();

        batch.IsCompacted.ShouldBeTrue();
        batch.CompactRevision.ShouldBe(compacted);
        (await watch.EndsAsync()).ShouldBeTrue();
    }

    [Theory, MemberData(nameof(Stores))]
    public async Task WatchAsync_ConsumerReadsLate_MissesNothing(StoreKind kind)
    {
        var client = await stores.ClientAsync(kind);
        await using var watch = Watch(client, WatchOptions.Default);
        await watch.NextAsync();
        List<long> written = [];

        for (var i = 0; i < 500; i++)
            written.Add(await client.PutAsync($"{prefix}/{i % 7}", Bytes(new string('x', 5_000))));

        (await watch.EventsAsync(500)).Select(change => change.Kv.ModRevision).ShouldBe(written);
    }

    [Theory, MemberData(nameof(Stores))]
    public async Task WatchAsync_TokenCancelled_ThrowsCancellation(StoreKind kind)
    {
        var client = await stores.ClientAsync(kind);
        using var stop = new CancellationTokenSource();
        await using var watch = Watch(client, WatchOptions.Default, stop.Token);
        await watch.NextAsync();

        var next = watch.NextAsync();
        await stop.CancelAsync();

        await Should.ThrowAsync<OperationCanceledException>(next);
    }

    private WatchProbe Watch(IEtcdClient client, WatchOptions options, CancellationToken cancellationToken = default) =>
        new(client.WatchAsync(EtcdRange.Prefix($"{prefix}/"), options, cancellationToken));
}
