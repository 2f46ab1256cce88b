using Divvy.Store.Disk;
using Divvy.Store.Wal;

namespace Divvy.Store.Tests.Disk;

public sealed class PhysicalDiskTests : IDisposable
{
    private readonly string folder = Path.Combine(Path.GetTempPath(), $"divvy-disk-{Guid.NewGuid():n}");

    [Fact]
    public void Constructor_FolderInUse_IsRefusedWithItsPath()
    {
        using var first = new PhysicalDisk(folder);
        Should.Throw<DiskException>(() => new PhysicalDisk(folder)).Message.ShouldContain(folder);
    }

    [Fact]
    public void Constructor_FolderIsAFile_SaysSo()
    {
        File.WriteAllText(folder, "in the way");
        Should.Throw<DiskException>(() => new PhysicalDisk(folder)).Message.ShouldContain(folder);
    }

    [Fact]
    public void WriteAheadLog_OnARealFolder_SurvivesReopening()
    {
        var owner = new WalIdentity(1, 2);
        using (var disk = new PhysicalDisk(folder))
        using (var log = WriteAheadLog.Create(disk, owner, new WalOptions { SegmentSize = 1 << 16 }))
        {
            log.PrepareNext();
            for (var i = 1ul; i <= 500; i++)
            {
                var entry = new Consensus.Raft.Entry(
                    new(1), new(i), Consensus.Raft.EntryKind.Command, new byte[300]);
                log.Append(null, [entry]);
                log.Commit(sync: i % 10 == 0);
            }
        }

        using var again = new PhysicalDisk(folder);
        var (reopened, content) = WriteAheadLog.Open(again, owner);
        reopened.Dispose();
        content.Entries.Count.ShouldBe(500);
        again.List().Count.ShouldBeGreaterThan(1);
    }

    public void Dispose()
    {
        if (Directory.Exists(folder))
            Directory.Delete(folder, recursive: true);
        File.Delete(folder);
    }
}
