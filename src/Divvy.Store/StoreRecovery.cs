using Divvy.Store.Disk;
using Divvy.Store.Snapshots;

namespace Divvy.Store;

/// <summary>What an operator does to data folders while no server runs on them: look at a kept snapshot, make folders
/// from it, and make a cluster of the one member that is left.</summary>
public static class StoreRecovery
{
    /// <summary>Reads and checks a snapshot, as the Maintenance API sent it or as it lies in a data folder.</summary>
    /// <exception cref="SnapshotDamagedException">It is not as it was written; names the file.</exception>
    /// <exception cref="DiskException">It cannot be opened.</exception>
    public static SnapshotSummary Inspect(string path)
    {
        var options = new EmbeddedStoreOptions();
        var (head, state) = KeptSnapshot.Load(path, VolatileMember.MvccOptionsOf(options), options.WatchLimits);
        var data = state.Mvcc.Statistics();
        return new SnapshotSummary(
            head.ClusterId,
            head.Snapshot.Last.Term.Value,
            head.Snapshot.Last.Index.Value,
            state.Mvcc.Revision,
            state.Mvcc.CompactedRevision,
            data.Keys,
            data.Records,
            data.Leases,
            state.Auth.Users.Count,
            state.Auth.IsEnabled,
            [.. state.Members.All.Select(member => member.Name.Length > 0 ? member.Name : $"{member.Id}")],
            new FileInfo(path).Length);
    }

    /// <summary>Makes the data folder of a member of a new cluster. Each member restores the same snapshot with the
    /// same members; keys, their history, leases, users and roles are those of the snapshot, and revisions go on from
    /// it.</summary>
    /// <param name="path">The snapshot.</param>
    /// <param name="options">Name, data folder and members (<see cref="EmbeddedStoreOptions.InitialCluster"/>; none:
    /// this one alone) of the new cluster.</param>
    /// <returns>The ids of the new cluster and of this member.</returns>
    /// <exception cref="SnapshotDamagedException">It is not as it was written; names the file.</exception>
    /// <exception cref="DiskException">The folder is not empty, or cannot be written.</exception>
    /// <exception cref="ArgumentException">The options name no data folder, or cannot work.</exception>
    public static (ulong ClusterId, ulong MemberId) Restore(string path, EmbeddedStoreOptions options)
    {
        RequireFolder(options);
        if (options.InitialCluster.Count > 0 && options.InitialCluster.Count(one => one.Name == options.Name) != 1)
            throw new ArgumentException($"the members must name this one, '{options.Name}', once", nameof(options));
        var identity = Restoring.Restore(path, options);
        return (identity.ClusterId, identity.MemberId);
    }

    /// <summary>Makes the member of a data folder a cluster of its own, after the majority of its cluster was lost for
    /// good. Writes that it never received are gone. The folders of the other members must never be started
    /// again.</summary>
    /// <exception cref="IOException">The folder is in use, damaged, or holds no member; says which.</exception>
    /// <exception cref="ArgumentException">The options name no data folder.</exception>
    public static RecoveredMember ForceNewCluster(EmbeddedStoreOptions options)
    {
        RequireFolder(options);
        if (!EmbeddedStore.HoldsMember(options.DataDirectory!))
            throw new DiskException($"{Path.GetFullPath(options.DataDirectory!)} holds no member of a store");
        return ForcedCluster.Make(options);
    }

    private static void RequireFolder(EmbeddedStoreOptions options)
    {
        if (options.DataDirectory is null)
            throw new ArgumentException($"{nameof(options.DataDirectory)} is missing", nameof(options));
    }
}
