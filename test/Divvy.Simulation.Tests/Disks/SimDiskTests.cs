using Divvy.Simulation.Disks;
using Divvy.Simulation.World;
using Divvy.Store.Disk;

namespace Divvy.Simulation.Tests.Disks;

public sealed class SimDiskTests
{
    private const int Sector = PlatterFile.SectorSize;

    private readonly SimWorld world = new(1, keepTrace: false);
    private readonly Platter platter;

    public SimDiskTests() => platter = new Platter("m", world.Fork("disk"));

    [Fact]
    public void Crash_SyncedContentAndName_Survive()
    {
        for (var round = 0; round < 50; round++)
        {
            var (process, disk) = Mount();
            using (var file = disk.Create($"f{round}", 0))
            {
                file.Write(0, Filled(3 * Sector, 7));
                file.Flush();
            }

            disk.SyncFolder();
            process.Crash();

            Read(Mount().Disk, $"f{round}").ShouldBe(Filled(3 * Sector, 7));
        }
    }

    [Fact]
    public void Crash_UnsyncedSectors_AreKeptOrLostOneByOne()
    {
        var kept = new SortedSet<int>();
        var wasMixed = false;
        for (var round = 0; round < 100; round++)
        {
            var (process, disk) = Mount();
            using var file = disk.Create("f", 4 * Sector);
            disk.SyncFolder();
            file.Write(0, Filled(4 * Sector, 9));
            process.Crash();

            var after = Read(Mount().Disk, "f");
            List<byte> sectors = [.. Enumerable.Range(0, 4).Select(sector => after[sector * Sector])];
            for (var sector = 0; sector < 4; sector++)
                after.AsSpan(sector * Sector, Sector).ToArray().ShouldAllBe(one => one == sectors[sector]);
            kept.Add(sectors.Count(one => one == 9));
            wasMixed |= sectors.Distinct().Count() > 1;
        }

        kept.ShouldContain(0);
        kept.ShouldContain(4);
        wasMixed.ShouldBeTrue();
    }

    [Fact]
    public void Crash_UnsyncedNames_AreKeptOrLostButARenameIsNeverHalf()
    {
        var seen = new SortedSet<string>(StringComparer.Ordinal);
        for (var round = 0; round < 100; round++)
        {
            platter.Replace();
            var (process, disk) = Mount();
            disk.Create("old", 0).Dispose();
            disk.SyncFolder();
            disk.Rename("old", "new");
            disk.Create("other", 0).Dispose();
            process.Crash();

            var names = Mount().Disk.List();
            names.Count(name => name is "old" or "new").ShouldBe(1);
            seen.Add(string.Join(' ', names));
        }

        seen.ShouldBe(["new", "new other", "old", "old other"]);
    }

    [Fact]
    public void Flush_Failed_LosesItsSectorsWhateverLaterOnesSay()
    {
        var (process, disk) = Mount();
        using var file = disk.Create("f", Sector);
        disk.SyncFolder();
        file.Write(0, Filled(Sector, 5));
        platter.Faults.FailsNextSync = true;
        Should.Throw<DiskException>(file.Flush).Message.ShouldContain("/m/data/f");
        file.Flush();
        process.Crash();

        Read(Mount().Disk, "f").ShouldBe(new byte[Sector]);
        platter.Faults.Failures.ShouldBe(1);
    }

    [Fact]
    public void Write_DiskIsFull_FailsOnlyBeyondTheEnd()
    {
        var (_, disk) = Mount();
        using var file = disk.Create("f", Sector);
        platter.Faults.IsFull = true;

        file.Write(0, Filled(Sector, 1));
        Should.Throw<DiskException>(() => file.Write(1, Filled(Sector, 1)));
        Should.Throw<DiskException>(() => disk.Create("g", 0));
        platter.Faults.Heal();
        file.Write(1, Filled(Sector, 1));
    }

    [Fact]
    public void AnyCall_TheCrashIsDue_EndsTheProcessInIt()
    {
        var (process, disk) = Mount();
        using var file = disk.Create("f", Sector);
        disk.SyncFolder();
        platter.Faults.CrashesAfter = 1;

        file.Write(0, Filled(Sector, 1));
        Should.Throw<DiskException>(() => file.Write(0, Filled(Sector, 2)));

        process.IsAlive.ShouldBeFalse();
        Should.Throw<DiskException>(disk.List);
        Should.Throw<DiskException>(file.Flush);
        Mount().Disk.List().ShouldBe(["f"]);
    }

    [Fact]
    public void Write_TornInThisFolder_EndsTheProcessAfterOneOfSeveralSectorsAndKeepsSomeOfThem()
    {
        var wasMixed = false;
        for (var round = 0; round < 100; round++)
        {
            var (process, disk) = Mount();
            using var file = disk.Create("f", 4 * Sector);
            disk.SyncFolder();
            platter.Faults.TornFolder = "another";
            file.Write(0, Filled(2 * Sector, 1));
            file.Flush();
            platter.Faults.TornFolder = "data";
            file.Write(Sector - 1, Filled(1, 1));
            process.IsAlive.ShouldBeTrue();

            Should.Throw<DiskException>(() => file.Write(2 * Sector, Filled(2 * Sector, 2)));

            process.IsAlive.ShouldBeFalse();
            platter.Faults.TornFolder.ShouldBeNull();
            var after = Read(Mount().Disk, "f");
            wasMixed |= after[2 * Sector] == 0 && after[3 * Sector] == 2;
        }

        wasMixed.ShouldBeTrue();
    }

    [Fact]
    public void FlipBits_WrittenFile_ChangesOneByteForGood()
    {
        var (process, disk) = Mount();
        using (var file = disk.Create("f", 8 * Sector))
        {
            file.Write(0, Filled(Sector, 7));
            file.Flush();
        }

        disk.SyncFolder();
        process.Crash();

        platter.FlipBits("data", 1).ShouldBe("data/f");

        var (again, same) = Mount();
        var after = Read(same, "f");
        var written = Filled(Sector, 7).Concat(new byte[7 * Sector]).ToArray();
        after.Zip(written).Count(pair => pair.First != pair.Second).ShouldBe(1);
        again.Crash();
        Read(Mount().Disk, "f").ShouldBe(after);
        platter.FlipBits("none", 1).ShouldBeNull();
    }

    [Fact]
    public void OpenRead_FileIsDeletedAfterwards_StillReadsAllOfIt()
    {
        var (_, disk) = Mount();
        using (var file = disk.Create("f", 0))
            file.Write(0, Filled(3, 4));
        using var stream = disk.OpenRead("f");
        disk.Delete("f");

        var buffer = new byte[10];
        stream.Read(buffer).ShouldBe(3);
        buffer[..3].ShouldBe([4, 4, 4]);
    }

    [Fact]
    public void SetLength_UnsyncedCut_MayComeBackWithItsContent()
    {
        var lengths = new SortedSet<int>();
        for (var round = 0; round < 50; round++)
        {
            platter.Replace();
            var (process, disk) = Mount();
            using var file = disk.Create("f", 2 * Sector);
            file.Write(0, Filled(2 * Sector, 3));
            file.Flush();
            disk.SyncFolder();
            file.SetLength(Sector);
            process.Crash();
            lengths.Add(Read(Mount().Disk, "f").Length);
        }

        lengths.ShouldBe([Sector, 2 * Sector]);
    }

    private (SimProcess Process, SimDisk Disk) Mount()
    {
        var process = world.Start("m");
        return (process, platter.Mount(process, "data"));
    }

    private static byte[] Filled(int length, byte value) => [.. Enumerable.Repeat(value, length)];

    private static byte[] Read(SimDisk disk, string name)
    {
        using var file = disk.Open(name);
        var content = new byte[file.Length];
        file.Read(0, content).ShouldBe(content.Length);
        return content;
    }
}
