using Divvy.Rpc;
using Divvy.Rpc.Etcd;
using Divvy.Rpc.InProcess;
using Divvy.TestKit;
using Google.Protobuf;

namespace Divvy.Store.Tests;

public sealed class EmbeddedStoreTests
{
    [Fact]
    public async Task Put_InProcess_IsReadAndWatched()
    {
        await using var store = new EmbeddedStore(new EmbeddedStoreOptions());
        await using var channel = Connect(store);
        await using var watch = channel.Open(EtcdMethods.Watch);
        await watch.WriteAsync(new WatchRequest
        {
            CreateRequest = new WatchCreateRequest { Key = ByteString.CopyFromUtf8("a") },
        });
        (await watch.ReadAsync())!.Created.ShouldBeTrue();

        await channel.UnaryAsync(EtcdMethods.Put, Put("a", "1"));

        var range = await channel.UnaryAsync(EtcdMethods.Range, new RangeRequest { Key = ByteString.CopyFromUtf8("a") });
        range.Kvs.Single().Value.ToStringUtf8().ShouldBe("1");
        range.Header.Revision.ShouldBe(2);
        range.Header.ClusterId.ShouldBe(store.ClusterId);
        (await watch.ReadAsync())!.Events.Single().Kv.ModRevision.ShouldBe(2);
    }

    [Fact]
    public async Task Lease_NotRenewed_EndsWithItsKeys()
    {
        var time = new ManualTimeProvider();
        await using var store = new EmbeddedStore(new EmbeddedStoreOptions(), time);
        await using var channel = Connect(store);
        await channel.UnaryAsync(EtcdMethods.LeaseGrant, new LeaseGrantRequest { ID = 7, TTL = 5 });
        var put = Put("a", "1");
        put.Lease = 7;
        await channel.UnaryAsync(EtcdMethods.Put, put);

        await time.WaitForTimerAsync(left => left <= TimeSpan.FromMilliseconds(100), "the store's next poll");
        time.Advance(TimeSpan.FromSeconds(4.9));
        (await CountAsync(channel)).ShouldBe(1);
        store.Snapshot().LeasesExpired.ShouldBe(0);
        time.Advance(TimeSpan.FromSeconds(0.2));
        store.Poll();

        (await CountAsync(channel)).ShouldBe(0);
        store.Snapshot().LeasesExpired.ShouldBe(1);
    }

    [Fact]
    public async Task Renew_AfterTheEnd_FindsTheLeaseGoneAndItsKeysToo()
    {
        var time = new ManualTimeProvider();
        var options = new EmbeddedStoreOptions { PollInBackground = false };
        await using var store = new EmbeddedStore(options, time);
        await using var channel = Connect(store);
        await channel.UnaryAsync(EtcdMethods.LeaseGrant, new LeaseGrantRequest { ID = 7, TTL = 5 });
        var put = Put("a", "1");
        put.Lease = 7;
        await channel.UnaryAsync(EtcdMethods.Put, put);
        time.Advance(TimeSpan.FromSeconds(5));

        await using var renewals = channel.Open(EtcdMethods.LeaseKeepAlive);
        await renewals.WriteAsync(new LeaseKeepAliveRequest { ID = 7 });

        (await renewals.ReadAsync())!.TTL.ShouldBe(0);
        (await CountAsync(channel)).ShouldBe(0);
    }

    [Fact]
    public async Task Dispose_OpenStreams_EndAsUnavailable()
    {
        var store = new EmbeddedStore(new EmbeddedStoreOptions());
        await using var channel = Connect(store);
        await using var watch = channel.Open(EtcdMethods.Watch);
        await using var renewals = channel.Open(EtcdMethods.LeaseKeepAlive);

        await store.DisposeAsync();

        var watchEnd = await Should.ThrowAsync<RpcException>(async () => await watch.ReadAsync());
        var renewalEnd = await Should.ThrowAsync<RpcException>(async () => await renewals.ReadAsync());
        watchEnd.Code.ShouldBe(RpcStatusCode.Unavailable);
        watchEnd.Detail.ShouldBe("etcdserver: server stopped");
        renewalEnd.Code.ShouldBe(RpcStatusCode.Unavailable);
    }

    [Fact]
    public async Task Put_OverQuota_IsRefusedUntilCompactionFreedEnoughAndTheAlarmWasEnded()
    {
        await using var store = new EmbeddedStore(new EmbeddedStoreOptions { QuotaBytes = 10_000 });
        await using var channel = Connect(store);
        var value = new string('x', 3000);
        for (var put = 0; put < 4; put++)
            await channel.UnaryAsync(EtcdMethods.Put, Put("a", value));

        var refusal = await Should.ThrowAsync<RpcException>(
            async () => await channel.UnaryAsync(EtcdMethods.Put, Put("a", value)));
        await channel.UnaryAsync(EtcdMethods.Compact, new CompactionRequest { Revision = 5, Physical = true });
        var alarmed = await Should.ThrowAsync<RpcException>(
            async () => await channel.UnaryAsync(EtcdMethods.Put, Put("a", value)));
        var ended = await channel.UnaryAsync(
            EtcdMethods.Alarm, new AlarmRequest { Action = AlarmRequest.Types.AlarmAction.Deactivate });

        refusal.Code.ShouldBe(RpcStatusCode.ResourceExhausted);
        refusal.Detail.ShouldBe("etcdserver: mvcc: database space exceeded");
        alarmed.Detail.ShouldBe(refusal.Detail);
        ended.Alarms.Single().Alarm.ShouldBe(AlarmType.Nospace);
        (await channel.UnaryAsync(EtcdMethods.Put, Put("a", value))).Header.Revision.ShouldBe(6);
    }

    [Fact]
    public void Constructor_BadSettings_NamesThemAll()
    {
        var options = new EmbeddedStoreOptions { Name = "", MinLeaseTtl = TimeSpan.FromMilliseconds(1500) };

        var failure = Should.Throw<ArgumentException>(() => new EmbeddedStore(options));

        failure.Message.ShouldContain(nameof(EmbeddedStoreOptions.Name));
        failure.Message.ShouldContain(nameof(EmbeddedStoreOptions.MinLeaseTtl));
    }

    private static InProcessChannel Connect(EmbeddedStore store)
    {
        var services = new RpcServices();
        store.MapTo(services);
        return new InProcessChannel(services);
    }

    private static PutRequest Put(string key, string value) =>
        new() { Key = ByteString.CopyFromUtf8(key), Value = ByteString.CopyFromUtf8(value) };

    private static async Task<long> CountAsync(InProcessChannel channel) =>
        (await channel.UnaryAsync(EtcdMethods.Range, new RangeRequest { Key = ByteString.CopyFromUtf8("a") })).Count;
}
