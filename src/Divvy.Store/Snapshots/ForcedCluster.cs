using Divvy.Consensus.Raft;
using Divvy.Consensus.Raft.Membership;
using Divvy.Consensus.State;
using Divvy.Store.Commands;
using Divvy.Store.Wal;

namespace Divvy.Store.Snapshots;

/// <summary>
/// Makes one surviving member a cluster of its own, when most of the others are gone for good.
/// <para>Everything in its log is applied, whether it knows it to be committed or not: a follower learns late what was
/// acknowledged, so leaving out the end could lose acknowledged writes, while writes that nobody was told of may come
/// either way. Then a snapshot after the last entry says that this member is alone. That one file is the whole change:
/// until it has its name, the folder is as it was.</para>
/// <para>The others count as removed and are refused if they come back; together they could still elect a leader of
/// their own, so their folders have to go.</para>
/// </summary>
internal static class ForcedCluster
{
    public static RecoveredMember Make(EmbeddedStoreOptions options)
    {
        using var disks = MemberDisks.Open(options.DataDirectory!);
        var snapshots = disks.Snapshots!;
        snapshots.Sweep();
        var (log, content) = WriteAheadLog.Open(disks.Wal!, identity: null, options.Wal);
        using (log)
        {
            var (last, name) = DurableMember.Newest(snapshots, content, disks.Wal!);
            var (head, state) = SnapshotFile.Load(
                snapshots.Disk, name, VolatileMember.MvccOptionsOf(options), options.WatchLimits);
            var entries = DurableMember.EntriesAfter(last, content, disks.Wal!, snapshots.PathOf(name));
            foreach (var entry in entries)
                Apply(state, entry);
            var self = new NodeId(content.Identity.Member);
            var others = state.Members.All.Where(member => member.Id != self).ToList();
            KeepOnly(state, self, options.Name);
            var capture = new StateCapture(head.ClusterId, state);
            SnapshotWriter.Write(snapshots, capture, static step => step());
            log.AppendSnapshot(state.Applied);
            log.Commit(sync: true);
            snapshots.DeleteBefore(state.Applied);
            return new RecoveredMember(
                head.ClusterId,
                self.Value,
                state.Mvcc.Revision,
                entries.Count(entry => entry.Index > content.HardState.Commit),
                [.. others.Select(member => member.Name.Length > 0 ? member.Name : $"{member.Id}")]);
        }
    }

    private static void KeepOnly(StateMachine state, NodeId self, string name)
    {
        var record = state.Members.Find(self) ?? new MemberRecord(self, name, [], []);
        var removed = state.Members.All.Select(member => member.Id).Where(id => id != self)
            .Concat(state.Members.Removed).ToList();
        state.Members.Load([record], removed);
        foreach (var alarm in state.Alarms.All.Where(alarm => alarm.Member != self).ToList())
            state.Alarms.Apply(new AlarmCommand(alarm, Raise: false));
        state.Load(state.Applied, MembershipState.Of(self));
    }

    private static void Apply(StateMachine state, Entry entry)
    {
        var at = new EntryId(entry.Term, entry.Index);
        if (entry.Kind == EntryKind.Membership)
        {
            var change = MembershipChange.Decode(entry.Data)
                ?? throw new FormatException($"entry {at} is no membership change");
            state.ApplyMembership(at, change, MembershipContext.Decode(change.Context)?.Subject);
        }
        else if (entry.Data.IsEmpty)
        {
            state.ApplyEmpty(at);
        }
        else
        {
            var command = CommandCodec.Decode(entry.Data);
            state.Apply(at, command.Caller, command.Command);
        }
    }
}
