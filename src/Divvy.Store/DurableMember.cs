using Divvy.Consensus.Raft;
using Divvy.Consensus.Raft.Membership;
using Divvy.Consensus.State;
using Divvy.Store.Disk;
using Divvy.Store.Replication;
using Divvy.Store.Snapshots;
using Divvy.Store.Wal;

namespace Divvy.Store;

/// <summary>
/// The beginning of a member with a disk: what it finds there, or what a new one puts there.
/// <para>A data folder always holds a snapshot, from the first moment on, and a log that goes on from it. A new one
/// begins with the snapshot of an empty store that names the first members; all of them write the same. The log is made
/// last, under another name first, so a folder either has both or is taken for a new one.</para>
/// </summary>
internal static class DurableMember
{
    /// <summary>A new cluster's members all begin as if they had applied this entry.</summary>
    private static readonly EntryId genesis = new(new Term(1), new LogIndex(1));

    /// <exception cref="DiskException">The folder cannot be used; the message says why.</exception>
    /// <exception cref="WalDamagedException">The log is damaged.</exception>
    /// <exception cref="SnapshotDamagedException">The snapshot is damaged.</exception>
    public static MemberStart Start(EmbeddedStoreOptions options, MemberEnvironment environment)
    {
        var disks = environment.Disks;
        var wal = disks.Wal!;
        if (!WriteAheadLog.Exists(wal))
            MakeNew(options, disks);
        var snapshots = disks.Snapshots!;
        snapshots.Sweep();
        var (log, content) = WriteAheadLog.Open(wal, identity: null, options.Wal);
        try
        {
            var (last, name) = Newest(snapshots, content, wal);
            var (head, state) = SnapshotFile.Load(
                snapshots.Disk, name, VolatileMember.MvccOptionsOf(options), options.WatchLimits);
            var identity = new StoreIdentity(content.Identity.Cluster, content.Identity.Member);
            Check(options, identity, head, snapshots.PathOf(name));
            var entries = EntriesAfter(last, content, wal, snapshots.PathOf(name));
            if (content.Snapshots.Count == 0 || content.Snapshots[^1] != last)
            {
                // A crash came between the two: without this mark, entries to come could be taken for those of a log
                // that the snapshot replaced.
                log.AppendSnapshot(last);
                log.Commit(sync: true);
            }

            var id = new NodeId(identity.MemberId);
            var raft = VolatileMember.RaftOf(options, id, content.HardState, head.Snapshot, entries);
            var bytes = entries.Sum(entry => (long)entry.Size);
            var durable = new DurableLog(log, snapshots, options.Wal, options.Instruments, bytes);
            var replica = VolatileMember.ReplicaOptionsOf(options, id) with
            {
                Loops = environment.Loops,
                Salt = environment.Salt,
                Observer = environment.Observer,
            };
            return new MemberStart(identity, replica, raft, durable, state, environment.Transport(identity), disks)
            {
                Repair = content.Repair,
            };
        }
        catch
        {
            log.Dispose();
            throw;
        }
    }

    private static void MakeNew(EmbeddedStoreOptions options, MemberDisks disks)
    {
        var snapshots = disks.Snapshots!;
        if (snapshots.Newest() is { } found && found.Last.Index > genesis.Index)
        {
            throw new DiskException(
                $"{snapshots.PathOf(found.Name)} is the snapshot of a store whose log is gone from"
                + $" {disks.Wal!.Place}: put the log back, restore the member from a snapshot into an empty folder,"
                + " or remove the member and let it join again");
        }

        var (identity, state) = options.Join is { } join ? Joining(options, join) : Founding(options);
        var capture = new StateCapture(identity.ClusterId, state);
        SnapshotWriter.Write(snapshots, capture, static step => step());
        using var log = WriteAheadLog.Create(
            disks.Wal!, new WalIdentity(identity.ClusterId, identity.MemberId), options.Wal);
    }

    private static (StoreIdentity Identity, StateMachine State) Founding(EmbeddedStoreOptions options)
    {
        var identity = StoreIdentity.From(options);
        var state = new StateMachine(VolatileMember.MvccOptionsOf(options), options.WatchLimits);
        state.Members.Load(FoundersOf(options, identity), []);
        state.Load(genesis, MembershipState.Of([.. state.Members.All.Select(member => member.Id)]));
        return (identity, state);
    }

    /// <summary>The members of the new cluster that the options describe.</summary>
    public static IEnumerable<MemberRecord> FoundersOf(EmbeddedStoreOptions options, StoreIdentity identity) =>
        options.InitialCluster.Count == 0
            ? [new MemberRecord(new NodeId(identity.MemberId), options.Name, [.. options.AdvertisePeerUrls], [])]
            : options.InitialCluster.Select(member => new MemberRecord(
                new NodeId(StoreIdentity.MemberIdOf(member.PeerUrls, options.ClusterToken)),
                member.Name,
                [.. member.PeerUrls],
                []));

    /// <summary>One that joins knows where the others are, and nothing else: the leader sends it the rest.</summary>
    private static (StoreIdentity Identity, StateMachine State) Joining(
        EmbeddedStoreOptions options, JoinedCluster join)
    {
        var state = new StateMachine(VolatileMember.MvccOptionsOf(options), options.WatchLimits);
        foreach (var member in join.Members)
            state.Members.Add(member);
        return (new StoreIdentity(join.ClusterId, join.MemberId.Value), state);
    }

    /// <summary>The snapshot that a log goes on from.
    /// <exception cref="DiskException">It is not there.</exception></summary>
    public static (EntryId Last, string Name) Newest(SnapshotFolder snapshots, WalContent content, IDisk wal)
    {
        var needed = content.Snapshots.Count > 0 ? content.Snapshots[^1] : EntryId.Zero;
        if (snapshots.Newest() is not { } newest)
        {
            throw new DiskException(
                $"{snapshots.Disk.Place} holds no snapshot, but the log in {wal.Place} goes on from one: put it back,"
                + " or remove the member and let it join again");
        }

        if (newest.Last.Index < needed.Index)
        {
            throw new DiskException(
                $"{snapshots.PathOf(SnapshotFolder.NameOf(needed))} is missing: the log in {wal.Place} goes on from"
                + " it. Put it back, or remove the member and let it join again");
        }

        return newest;
    }

    private static void Check(
        EmbeddedStoreOptions options, StoreIdentity identity, SnapshotHead head, string path)
    {
        if (head.ClusterId != identity.ClusterId)
        {
            throw new DiskException(
                $"{path} is of cluster {head.ClusterId:x}, the log beside it of cluster {identity.ClusterId:x}");
        }

        if (options.InitialCluster.Count > 0 && StoreIdentity.From(options) is var described
            && head.Snapshot.Last == genesis && described != identity)
        {
            throw new DiskException(
                $"the data folder belongs to member {identity.MemberId:x} of cluster {identity.ClusterId:x}, but the"
                + $" options describe member {described.MemberId:x} of cluster {described.ClusterId:x}");
        }
    }

    /// <summary>The entries of a log that follow its snapshot.
    /// <exception cref="DiskException">Some between them are missing.</exception></summary>
    public static List<Entry> EntriesAfter(EntryId last, WalContent content, IDisk wal, string path)
    {
        var at = content.Entries.FirstOrDefault(entry => entry.Index == last.Index);
        if (at.Index == last.Index && at.Term != last.Term)
        {
            // The snapshot replaced a log that had parted from it, and a crash came before the log was told.
            return [];
        }

        var entries = content.Entries.Where(entry => entry.Index > last.Index).ToList();
        if (entries.Count > 0 && entries[0].Index != last.Index.Next)
        {
            throw new DiskException(
                $"the log in {wal.Place} begins at entry {entries[0].Index}, but {path} ends at {last.Index}:"
                + " segments between them are missing. Put them back, or remove the member and let it join again");
        }

        return entries;
    }
}
