using Divvy.Consensus.Raft;
using Divvy.Consensus.Raft.Membership;
using Divvy.Consensus.State;
using Divvy.Store.Disk;
using Divvy.Store.Wal;

namespace Divvy.Store.Snapshots;

/// <summary>
/// Makes the data folder of a member of a new cluster from a kept snapshot. Every member restores the same file with
/// the same list of members, and all then begin at the same entry with the same state.
/// <para>The ids are derived from the list, the token and the snapshot: members of the old cluster, and members that
/// somebody starts on empty folders with the same list, are of another cluster and are refused. The entry is not the
/// one that empty members begin at, so a folder that a crash left half made is not taken for a new one.</para>
/// </summary>
internal static class Restoring
{
    private static readonly EntryId beginning = new(new Term(1), new LogIndex(2));

    /// <exception cref="SnapshotDamagedException">The snapshot is not as it was written.</exception>
    /// <exception cref="DiskException">The folder is not empty, or cannot be written.</exception>
    public static StoreIdentity Restore(string path, EmbeddedStoreOptions options)
    {
        var folder = options.DataDirectory!;
        if (Directory.Exists(folder) && Directory.EnumerateFileSystemEntries(folder).Any())
        {
            throw new DiskException(
                $"{Path.GetFullPath(folder)} is not empty: restore into a folder that does not exist yet, and remove"
                + " the old one when the new one works");
        }

        var (head, state) = KeptSnapshot.Load(path, VolatileMember.MvccOptionsOf(options), options.WatchLimits);
        var described = Describe(options, head);
        var identity = StoreIdentity.From(described);
        state.Members.Load(DurableMember.FoundersOf(described, identity), []);
        // Alarms were about the old members; what is still wrong is found again.
        foreach (var alarm in state.Alarms.All.ToList())
            state.Alarms.Apply(new AlarmCommand(alarm, Raise: false));
        state.Load(beginning, MembershipState.Of([.. state.Members.All.Select(member => member.Id)]));
        using var disks = MemberDisks.Open(folder);
        var capture = new StateCapture(identity.ClusterId, state);
        SnapshotWriter.Write(disks.Snapshots!, capture, static step => step());
        using var log = WriteAheadLog.Create(
            disks.Wal!, new WalIdentity(identity.ClusterId, identity.MemberId), options.Wal);
        return identity;
    }

    private static EmbeddedStoreOptions Describe(EmbeddedStoreOptions options, SnapshotHead head)
    {
        var members = options.InitialCluster.Count > 0
            ? options.InitialCluster
            : [new InitialMember(options.Name, options.AdvertisePeerUrls)];
        return options with
        {
            InitialCluster = members,
            ClusterToken = $"{options.ClusterToken}/{head.ClusterId:x}/{head.Snapshot.Last}",
        };
    }
}
