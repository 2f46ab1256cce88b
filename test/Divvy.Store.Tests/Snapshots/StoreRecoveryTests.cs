using System.Security.Cryptography;
using Divvy.Rpc;
using Divvy.Rpc.Etcd;
using Divvy.Rpc.InProcess;
using Divvy.Store.Disk;
using Divvy.Store.Snapshots;
using Divvy.TestKit;
using Divvy.TestKit.Stores;
using Google.Protobuf;

namespace Divvy.Store.Tests.Snapshots;

/// <summary>Kept snapshots become data folders again, and one member a cluster.</summary>
public sealed class StoreRecoveryTests : IDisposable
{
    private readonly TempDirectory folder = new();

    private string Kept => Path.Combine(folder.Path, "kept.db");

    private string Target => Path.Combine(folder.Path, "restored");

    public void Dispose() => folder.Dispose();

    [Fact]
    public async Task Restore_KeptSnapshot_HasDataHistoryAndLeases()
    {
        await KeepAsync();

        var (cluster, member) = StoreRecovery.Restore(Kept, Options(Target));

        await using var store = EmbeddedStore.Open(Options(Target));
        await using var channel = Connect(store);
        (store.ClusterId, store.MemberId).ShouldBe((cluster, member));
        (await GetAsync(channel, "a")).ShouldBe("2");
        (await GetAsync(channel, "a", revision: 2)).ShouldBe("1");
        var lease = new LeaseTimeToLiveRequest { ID = 7, Keys = true };
        (await channel.UnaryAsync(EtcdMethods.LeaseTimeToLive, lease)).Keys.Single().ToStringUtf8().ShouldBe("b");
        (await PutAsync(channel, "c", "4")).ShouldBe(5);
    }

    [Fact]
    public async Task Restore_ThreeMembers_AgreeOnANewCluster()
    {
        var old = await KeepAsync();
        InitialMember[] members = [new("n1", ["http://h:1"]), new("n2", ["http://h:2"]), new("n3", ["http://h:3"])];

        var ids = members.Select(one => StoreRecovery.Restore(
            Kept, Options($"{Target}-{one.Name}") with { Name = one.Name, InitialCluster = members })).ToList();

        ids.Select(id => id.ClusterId).Distinct().Single().ShouldNotBe(old);
        ids.Select(id => id.MemberId).Distinct().Count().ShouldBe(3);
        var fresh = StoreIdentity.From(new EmbeddedStoreOptions { Name = "n1", InitialCluster = members });
        ids[0].ClusterId.ShouldNotBe(fresh.ClusterId, "members on empty folders must not join those restored");
    }

    [Fact]
    public async Task Restore_DamagedSnapshot_IsRefusedByName()
    {
        await KeepAsync();
        var bytes = await File.ReadAllBytesAsync(Kept);
        bytes[bytes.Length / 2] ^= 1;
        await File.WriteAllBytesAsync(Kept, bytes);

        var refusal = Should.Throw<SnapshotDamagedException>(() => StoreRecovery.Restore(Kept, Options(Target)));

        refusal.Message.ShouldContain(Kept);
        Directory.Exists(Target).ShouldBeFalse();
    }

    [Fact]
    public async Task Restore_ChecksumAtTheEndIsAnother_IsRefused()
    {
        await KeepAsync();
        var bytes = await File.ReadAllBytesAsync(Kept);
        bytes[^1] ^= 1;
        await File.WriteAllBytesAsync(Kept, bytes);

        Should.Throw<SnapshotDamagedException>(() => StoreRecovery.Inspect(Kept)).Message.ShouldContain("SHA-256");
    }

    [Fact]
    public async Task Restore_CutSnapshot_IsRefused()
    {
        await KeepAsync();
        var bytes = await File.ReadAllBytesAsync(Kept);
        await File.WriteAllBytesAsync(Kept, bytes[..^40]);

        Should.Throw<SnapshotDamagedException>(() => StoreRecovery.Inspect(Kept)).Message.ShouldContain(Kept);
    }

    [Fact]
    public async Task Restore_TargetIsNotEmpty_IsRefusedByName()
    {
        await KeepAsync();
        Directory.CreateDirectory(Target);
        await File.WriteAllTextAsync(Path.Combine(Target, "mine"), "");

        Should.Throw<DiskException>(() => StoreRecovery.Restore(Kept, Options(Target))).Message.ShouldContain(Target);
    }

    [Fact]
    public async Task Restore_CrashBeforeTheLogWasMade_IsNotTakenForNew()
    {
        await KeepAsync();
        StoreRecovery.Restore(Kept, Options(Target));
        foreach (var segment in Directory.GetFiles(Path.Combine(Target, "member", "wal"), "*.wal"))
            File.Delete(segment);

        Should.Throw<DiskException>(() => EmbeddedStore.Open(Options(Target))).Message.ShouldContain("log is gone");
    }

    [Fact]
    public async Task Inspect_KeptSnapshot_SaysWhatItHolds()
    {
        var cluster = await KeepAsync();

        var summary = StoreRecovery.Inspect(Kept);

        (summary.ClusterId, summary.Revision, summary.Keys, summary.Leases).ShouldBe((cluster, 4, 2, 1));
        summary.Members.ShouldBe(["test"]);
    }

    [Fact]
    public async Task Inspect_SnapshotOfADataFolder_IsReadToo()
    {
        await KeepAsync();
        var inFolder = Directory.GetFiles(Path.Combine(folder.Path, "old", "member", "snap"), "*.snap").Max()!;

        StoreRecovery.Inspect(inFolder).Revision.ShouldBe(4);
    }

    [Fact]
    public async Task ForceNewCluster_OneOfThree_ServesAloneWithEverythingItHad()
    {
        await using var cluster = new StoreCluster();
        await cluster.ReadyAsync();
        var revision = 0L;
        for (var i = 0; i < 20; i++)
            revision = await PutAsync(cluster.Channel("n1"), $"k{i}", "v");
        // A linearizable read shows that this member has all of it.
        await GetAsync(cluster.Channel("n3"), "k19");
        foreach (var name in cluster.Names)
            await cluster.StopAsync(name);
        var options = Options(cluster.FolderOf("n3")) with { Name = "n3" };

        var recovered = StoreRecovery.ForceNewCluster(options);

        recovered.RemovedMembers.Order().ShouldBe(["n1", "n2"]);
        recovered.Revision.ShouldBe(revision);
        await using var store = EmbeddedStore.Open(options);
        await using var channel = Connect(store);
        store.MemberId.ShouldBe(recovered.MemberId);
        (await GetAsync(channel, "k19")).ShouldBe("v");
        (await PutAsync(channel, "more", "v")).ShouldBe(revision + 1);
        var members = await channel.UnaryAsync(EtcdMethods.MemberList, new MemberListRequest());
        members.Members.Single().ID.ShouldBe(recovered.MemberId);
    }

    [Fact]
    public async Task ForceNewCluster_ServerRunsOnTheFolder_IsRefused()
    {
        await using var store = EmbeddedStore.Open(Options(Target));

        Should.Throw<DiskException>(() => StoreRecovery.ForceNewCluster(Options(Target))).IsInUse.ShouldBeTrue();
    }

    [Fact]
    public void ForceNewCluster_NoMemberThere_IsRefused() => Should.Throw<DiskException>(
        () => StoreRecovery.ForceNewCluster(Options(folder.Path))).Message.ShouldContain("holds no member");

    /// <summary>Keeps a snapshot with history and a lease; returns its cluster.</summary>
    private async Task<ulong> KeepAsync()
    {
        await using var store = EmbeddedStore.Open(Options(Path.Combine(folder.Path, "old")));
        await using var channel = Connect(store);
        await channel.UnaryAsync(EtcdMethods.LeaseGrant, new LeaseGrantRequest { ID = 7, TTL = 500 });
        await PutAsync(channel, "a", "1");
        await PutAsync(channel, "a", "2");
        await PutAsync(channel, "b", "3", lease: 7);
        await using var file = File.Create(Kept);
        await foreach (var piece in channel.ServerStreamAsync(EtcdMethods.Snapshot, new SnapshotRequest()))
            piece.Blob.WriteTo(file);
        (file.Length % KeptSnapshot.Block).ShouldBe(SHA256.HashSizeInBytes);
        return store.ClusterId;
    }

    private static EmbeddedStoreOptions Options(string path) => new()
    {
        Name = "test",
        DataDirectory = path,
        Wal = new Divvy.Store.Wal.WalOptions { SegmentSize = 1 << 20 },
    };

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

    private static async Task<string?> GetAsync(InProcessChannel channel, string key, long revision = 0)
    {
        var range = new RangeRequest { Key = ByteString.CopyFromUtf8(key), Revision = revision };
        return (await channel.UnaryAsync(EtcdMethods.Range, range)).Kvs.FirstOrDefault()?.Value.ToStringUtf8();
    }
}
