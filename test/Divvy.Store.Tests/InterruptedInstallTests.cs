using Divvy.Consensus.Mvcc;
using Divvy.Consensus.Mvcc.Watching;
using Divvy.Consensus.Raft;
using Divvy.Consensus.Raft.Membership;
using Divvy.Consensus.State;
using Divvy.Store.Disk;
using Divvy.Store.Snapshots;
using Divvy.Store.Wal;

namespace Divvy.Store.Tests;

/// <summary>A snapshot arrived, and the process died before its log said so.</summary>
public sealed class InterruptedInstallTests
{
    private static readonly EntryId received = new(new Term(2), new LogIndex(3));

    [Fact]
    public void Start_SnapshotOfAnotherPastThanTheLog_KeepsWhatIsWrittenAfterwards()
    {
        var disks = MemberDisks.Of(new MemoryDisk(), new MemoryDisk());
        var options = new EmbeddedStoreOptions { Name = "test" };
        using (var log = WriteAheadLog.Create(disks.Wal!, new WalIdentity(7, 8)))
        {
            log.Append(new HardState(new Term(1), NodeId.None, new LogIndex(1)), [Entry(1, 2), Entry(1, 3), Entry(1, 4)]);
            log.Commit(sync: true);
        }

        var state = new StateMachine(new MvccOptions(), new WatchLimits());
        state.Load(received, MembershipState.Of(new NodeId(8)));
        SnapshotWriter.Write(disks.Snapshots!, new StateCapture(7, state), static step => step());

        var first = DurableMember.Start(options, Alone(disks));
        first.Raft.LastEntry.ShouldBe(received);
        first.Log.Append(null, [Entry(2, 4), Entry(2, 5)]);
        first.Log.Commit(sync: true);
        first.Log.Dispose();

        DurableMember.Start(options, Alone(disks)).Raft.LastEntry
            .ShouldBe(new EntryId(new Term(2), new LogIndex(5)));
    }

    private static Entry Entry(ulong term, ulong index) =>
        new(new Term(term), new LogIndex(index), EntryKind.Command, new byte[8]);

    private static MemberEnvironment Alone(MemberDisks disks) => new() { Disks = disks, Transport = static _ => null };
}
