using Divvy.Rpc;
using Divvy.Rpc.Etcd;
using Divvy.Rpc.InProcess;
using Divvy.Store.Disk;
using Divvy.Store.Failpoints;
using Divvy.TestKit;
using Google.Protobuf;

namespace Divvy.Store.Tests;

/// <summary>A single member with a data folder: what was acknowledged is there after it was closed and opened.</summary>
public sealed class DurableStoreTests : IDisposable
{
    private readonly TempDirectory folder = new();

    public void Dispose() => folder.Dispose();

    [Fact]
    public async Task Open_AfterClose_HoldsWhatWasWritten()
    {
        await using (var store = Open())
        {
            await using var channel = Connect(store);
            await channel.UnaryAsync(EtcdMethods.LeaseGrant, new LeaseGrantRequest { ID = 7, TTL = 500 });
            await PutAsync(channel, "a", "1", lease: 7);
            await PutAsync(channel, "a", "2");
            await PutAsync(channel, "b", "3", lease: 7);
        }

        await using var again = Open();
        await using var after = Connect(again);
        (await GetAsync(after, "a"))!.Value.ToStringUtf8().ShouldBe("2");
        (await GetAsync(after, "b"))!.Lease.ShouldBe(7);
        (await GetAsync(after, "a", revision: 2))!.Value.ToStringUtf8().ShouldBe("1");
        var lease = await after.UnaryAsync(
            EtcdMethods.LeaseTimeToLive, new LeaseTimeToLiveRequest { ID = 7, Keys = true });
        lease.Keys.Single().ToStringUtf8().ShouldBe("b");
        (await PutAsync(after, "c", "4")).ShouldBe(5);
    }

    [Fact]
    public async Task Open_AfterSnapshotsAndCompaction_HoldsTheSameState()
    {
        uint hash;
        await using (var store = Open(snapshotBytes: 4096))
        {
            await using var channel = Connect(store);
            for (var i = 0; i < 200; i++)
            {
                await PutAsync(channel, $"key{i % 20}", new string('x', 100));
                if (i % 50 == 49)
                    await channel.UnaryAsync(EtcdMethods.Defragment, new DefragmentRequest());
            }

            await channel.UnaryAsync(EtcdMethods.Compact, new CompactionRequest { Revision = 150 });
            hash = (await channel.UnaryAsync(EtcdMethods.HashKV, new HashKVRequest())).Hash;
        }

        await using var again = Open(snapshotBytes: 4096);
        await using var after = Connect(again);
        (await after.UnaryAsync(EtcdMethods.HashKV, new HashKVRequest())).Hash.ShouldBe(hash);
        var status = await after.UnaryAsync(EtcdMethods.Status, new StatusRequest());
        status.Header.Revision.ShouldBe(201);
        Directory.GetFiles(Path.Combine(folder.Path, "member", "snap"), "*.snap").Length.ShouldBe(1);
        var gone = await Should.ThrowAsync<RpcException>(async () => await GetAsync(after, "key1", revision: 100));
        gone.Detail.ShouldBe("etcdserver: mvcc: required revision has been compacted");
    }

    [Fact]
    public async Task Open_WhileAnotherHoldsTheFolder_IsRefusedByName()
    {
        await using var store = Open();

        var refusal = Should.Throw<DiskException>(() => Open());

        refusal.Message.ShouldContain(Path.Combine(folder.Path, "member", "wal", "lock"));
    }

    [Fact]
    public async Task Open_SnapshotDeleted_IsRefusedByName()
    {
        await using (var store = Open())
        {
            await using var channel = Connect(store);
            await PutAsync(channel, "a", "1");
            await channel.UnaryAsync(EtcdMethods.Defragment, new DefragmentRequest());
        }

        // The one before may still be there: it is deleted after the answer.
        foreach (var snapshot in Directory.GetFiles(Path.Combine(folder.Path, "member", "snap"), "*.snap"))
            File.Delete(snapshot);

        var refusal = Should.Throw<DiskException>(() => Open());

        refusal.Message.ShouldContain("holds no snapshot");
        refusal.Message.ShouldContain(Path.Combine(folder.Path, "member", "snap"));
    }

    [Fact]
    public async Task Put_ManyAtOnce_AreAllKept()
    {
        await using (var store = Open())
        {
            await using var channel = Connect(store);
            await Task.WhenAll(Enumerable.Range(0, 500).Select(async i => await PutAsync(channel, $"k{i}", "v")));
        }

        await using var again = Open();
        await using var after = Connect(again);
        var all = new RangeRequest { Key = ByteString.CopyFromUtf8("k"), RangeEnd = ByteString.CopyFromUtf8("l") };
        (await after.UnaryAsync(EtcdMethods.Range, all)).Count.ShouldBe(500);
    }

    [Fact]
    public async Task Metrics_AfterWrites_CountWhatTheDiskAndTheLogDid()
    {
        await using var store = Open();
        var services = new RpcServices();
        store.MapTo(services);
        await using var channel = new InProcessChannel(services);
        await PutAsync(channel, "a", "1");
        await PutAsync(channel, "a", "2");
        await channel.UnaryAsync(EtcdMethods.Defragment, new DefragmentRequest());

        var text = store.CreateFront(services, channel).RenderMetrics();

        ValueOf(text, "etcd_disk_wal_fsync_duration_seconds_count").ShouldBeGreaterThanOrEqualTo(2);
        ValueOf(text, "etcd_disk_wal_write_bytes_total").ShouldBeGreaterThan(0);
        ValueOf(text, "etcd_disk_backend_commit_duration_seconds_count").ShouldBeGreaterThanOrEqualTo(2);
        ValueOf(text, "etcd_disk_backend_defrag_duration_seconds_count").ShouldBe(1);
        ValueOf(text, "etcd_server_proposals_applied_total").ShouldBeGreaterThanOrEqualTo(3);
        ValueOf(text, "etcd_server_proposals_pending").ShouldBe(0);
        ValueOf(text, "etcd_mvcc_put_total").ShouldBe(2);
    }

    [Fact]
    public async Task Synchronisation_HeldUp_ReadsGoOn()
    {
        var failpoints = new FailpointRegistry();
        await using var store = Open(failpoints: failpoints);
        await using var channel = Connect(store);
        await PutAsync(channel, "a", "1");
        failpoints.Find("walBeforeFdatasync")!.TrySet("1*sleep(\"1s\")").ShouldBeTrue();

        var held = PutAsync(channel, "a", "2");
        var read = await GetAsync(channel, "a");

        read!.Value.ToStringUtf8().ShouldBe("1");
        held.IsCompleted.ShouldBeFalse("a write must wait for its synchronisation, and a read must not");
        (await held).ShouldBe(3);
    }

    private static double ValueOf(string text, string name) => double.Parse(
        text.Split('\n').First(line => line.StartsWith(name + " ", StringComparison.Ordinal)).Split(' ')[1],
        System.Globalization.CultureInfo.InvariantCulture);

    private EmbeddedStore Open(long snapshotBytes = 64 << 20, FailpointRegistry? failpoints = null) =>
        EmbeddedStore.Open(new EmbeddedStoreOptions
        {
            Name = "test",
            DataDirectory = folder.Path,
            SnapshotBytes = snapshotBytes,
            Failpoints = failpoints ?? new FailpointRegistry(),
            Wal = new Store.Wal.WalOptions { SegmentSize = 1 << 20 },
        });

    private static InProcessChannel Connect(EmbeddedStore store)
    {
        var services = new RpcServices();
        store.MapTo(services);
        return new InProcessChannel(services);
    }

    private static async Task<long> PutAsync(InProcessChannel channel, string key, string value, long lease = 0)
    {
        var put = new PutRequest
        {
            Key = ByteString.CopyFromUtf8(key),
            Value = ByteString.CopyFromUtf8(value),
            Lease = lease,
        };
        return (await channel.UnaryAsync(EtcdMethods.Put, put)).Header.Revision;
    }

    private static async Task<KeyValue?> GetAsync(InProcessChannel channel, string key, long revision = 0)
    {
        var range = new RangeRequest { Key = ByteString.CopyFromUtf8(key), Revision = revision };
        return (await channel.UnaryAsync(EtcdMethods.Range, range)).Kvs.FirstOrDefault();
    }
}
