using Divvy.Consensus.Mvcc;
using Divvy.Consensus.Mvcc.Watching;
using Divvy.Consensus.Raft;
using Divvy.Consensus.Raft.Membership;
using Divvy.Consensus.State;
using Divvy.Rpc;
using Divvy.Rpc.InProcess;
using Divvy.Store.Disk;
using Divvy.Store.Snapshots;
using Divvy.Store.Tests.Conformance;
using Divvy.Store.Tests.Peers;

namespace Divvy.Store.Tests.Replication;

/// <summary>Snapshots that came as they were sent and are of no use: nothing relies on them, and the member goes
/// on.</summary>
public sealed class ReceivedSnapshotTests
{
    private const string Name = "it.received";

    private static readonly TimeSpan patience = TimeSpan.FromSeconds(30);
    private static readonly EntryId announced = new(new Term(50), new LogIndex(500));

    [Theory]
    [InlineData(true, 500, 20, "checksum")]
    [InlineData(false, 500, 20, "of cluster 7")]
    [InlineData(true, 499, -1, "announced")]
    public async Task Receive_OfNoUse_IsRefusedAndDeleted(bool own, ulong index, int flipped, string reason)
    {
        var snapshots = new MemoryDisk();
        var peers = new SilentPeers();
        await using var store = EmbeddedStore.OpenIn(new EmbeddedStoreOptions(), new MemberEnvironment
        {
            Disks = MemberDisks.Of(new MemoryDisk(), snapshots),
            Transport = _ => peers,
        });
        await store.Ready.WaitAsync(patience);
        var before = snapshots.List();
        Write(snapshots, own ? store.ClusterId : 7, index, own ? flipped : -1);

        var install = new Message
        {
            Kind = MessageKind.InstallSnapshot,
            From = new NodeId(9),
            To = new NodeId(store.MemberId),
            Term = announced.Term,
            Snapshot = new Snapshot(announced, MembershipState.Of(new NodeId(9))),
        };
        peers.Receiver.ReceiveSnapshot(install, Path.Combine(snapshots.Place, Name)).ShouldNotBeNull()
            .ShouldContain(reason);

        var services = new RpcServices();
        store.MapTo(services);
        await using var channel = new InProcessChannel(services);
        await new Api(channel).PutAsync("still", "leads").WaitAsync(patience);
        store.Failed.IsCompleted.ShouldBeFalse();
        snapshots.List().ShouldBe(before);
    }

    private static void Write(MemoryDisk disk, ulong cluster, ulong index, int flipped)
    {
        var state = new StateMachine(new MvccOptions(), new WatchLimits());
        state.Load(announced with { Index = new LogIndex(index) }, MembershipState.Of(new NodeId(9)));
        var (written, _) = SnapshotWriter.Write(
            new SnapshotFolder(disk), new StateCapture(cluster, state), static step => step());
        disk.Rename(written, Name);
        if (flipped < 0)
            return;
        using var file = disk.Open(Name);
        var one = new byte[1];
        file.Read(flipped, one);
        one[0] ^= 1;
        file.Write(flipped, one);
        file.Flush();
    }
}
