using Divvy.Client.Etcd;
using Divvy.Coordination.Layout;
using Divvy.Coordination.Mirror;
using Divvy.Coordination.Tests.Fixtures;
using Divvy.Core.Identity;
using Microsoft.Extensions.Logging;

namespace Divvy.Coordination.Tests.Mirror;

public sealed class StoreMirrorTests(StoreFixture stores) : IClassFixture<StoreFixture>
{
    private const string Space = "ns";

    public static TheoryData<StoreKind> Stores => StoreFixture.Stores;

    [Theory, MemberData(nameof(Stores))]
    public async Task Run_CompactedBehindTheWatch_ReadsAnewAndTellsTheDifference(StoreKind kind)
    {
        await using var connection = await stores.ConnectAsync(kind);
        var (store, layout) = (connection.Client, new StoreLayout($"/compacted-{kind}"));
        await SayAsync(store, layout, "before");
        await using var held = new HeldWatchClient(store);
        using var log = new LogCollector();
        using var stop = new CancellationTokenSource();
        var mirror = new StoreMirror(held, layout, TimeProvider.System, new Logger<StoreMirror>(log));
        var told = new List<NamespaceDelta>();
        mirror.Attach(update => told.AddRange(update.Changes));
        var running = mirror.RunAsync(stop.Token);
        await held.Asked.Task.Within("the watch that follows the first read");

        await store.DeleteAsync(EtcdRange.Key(layout.Status(Space, new InstanceId("before"))));
        await store.CompactAsync(await SayAsync(store, layout, "after"));
        held.LetGo();

        var snapshot = await mirror.WaitUntilAsync(
            state => state.Get(Space).Statuses.ContainsKey(new InstanceId("after")), default).Within("what came meanwhile");
        snapshot.Get(Space).Statuses.Count.ShouldBe(1);
        told.Count.ShouldBe(2);
        told[1].Before.Statuses.Keys.Single().Value.ShouldBe("before");
        told[1].After.Statuses.Keys.Single().Value.ShouldBe("after");
        await log.WaitForAsync("The store was compacted at");
        await stop.CancelAsync();
        await running;
    }

    [Theory, MemberData(nameof(Stores))]
    public async Task Run_MoreKeysThanAPage_ReadsAllAtOneRevision(StoreKind kind)
    {
        await using var connection = await stores.ConnectAsync(kind);
        var (store, layout) = (connection.Client, new StoreLayout($"/pages-{kind}"));
        var value = StoreCodec.Encode(new StatusRecord(OperatorStatus.Cordoned));
        foreach (var chunk in Enumerable.Range(0, StoreMirror.PageSize + 10).Chunk(100))
        {
            await store.TxnAsync(EtcdTxn.If().Then(
                chunk.Select(number => EtcdOp.Put(layout.Status(Space, new InstanceId($"i{number}")), value))));
        }
        using var log = new LogCollector();
        using var stop = new CancellationTokenSource();
        var mirror = new StoreMirror(store, layout, TimeProvider.System, new Logger<StoreMirror>(log));
        var running = mirror.RunAsync(stop.Token);

        var snapshot = await mirror.WaitUntilAsync(state => state.Revision != Revision.None, default).Within("the first read");

        snapshot.Get(Space).Statuses.Count.ShouldBe(StoreMirror.PageSize + 10);
        await stop.CancelAsync();
        await running;
    }

    private static Task<long> SayAsync(IEtcdClient store, StoreLayout layout, string instance) => store.PutAsync(
        layout.Status(Space, new InstanceId(instance)), StoreCodec.Encode(new StatusRecord(OperatorStatus.Cordoned)));
}
