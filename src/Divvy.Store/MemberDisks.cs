using Divvy.Store.Disk;
using Divvy.Store.Snapshots;

namespace Divvy.Store;

/// <summary>The folders of a member: <c>member/wal</c> and <c>member/snap</c> in its data folder. A member in memory
/// has none.</summary>
internal sealed class MemberDisks : IDisposable
{
    public static readonly MemberDisks None = new();

    private MemberDisks()
    {
    }

    private MemberDisks(IDisk wal, IDisk snapshots)
    {
        Wal = wal;
        Snapshots = new SnapshotFolder(snapshots);
    }

    public IDisk? Wal { get; }

    public SnapshotFolder? Snapshots { get; }

    /// <exception cref="DiskException">A folder cannot be made or written, or another process holds it.</exception>
    public static MemberDisks Open(string dataDirectory)
    {
        var wal = new PhysicalDisk(Path.Combine(dataDirectory, "member", "wal"));
        try
        {
            return new MemberDisks(wal, new PhysicalDisk(Path.Combine(dataDirectory, "member", "snap")));
        }
        catch
        {
            wal.Dispose();
            throw;
        }
    }

    /// <summary>Uses folders that the caller made.</summary>
    public static MemberDisks Of(IDisk wal, IDisk snapshots) => new(wal, snapshots);

    public void Dispose()
    {
        Wal?.Dispose();
        Snapshots?.Disk.Dispose();
    }
}
