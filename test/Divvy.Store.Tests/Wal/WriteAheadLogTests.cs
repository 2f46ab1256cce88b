using System.Collections.Immutable;
using Divvy.Consensus.Raft;
using Divvy.Store.Disk;
using Divvy.Store.Tests.Disk;
using Divvy.Store.Wal;

namespace Divvy.Store.Tests.Wal;

public sealed class WriteAheadLogTests
{
    private static readonly WalIdentity Owner = new(0xC1, 0xA1);
    private static readonly WalOptions Small = new() { SegmentSize = 4096 };

    [Fact]
    public void Open_AfterAppends_ReadsThemBack()
    {
        var disk = new MemoryDisk();
        using (var log = WriteAheadLog.Create(disk, Owner))
        {
            log.Append(new HardState(new Term(2), new NodeId(3), new LogIndex(1)), Entries(2, 1, 2, 3));
            log.AppendSnapshot(new EntryId(new Term(2), new LogIndex(1)));
            log.Commit(sync: true);
        }

        var content = Reopen(disk);
        content.Entries.ShouldBe(Entries(2, 1, 2, 3));
        content.HardState.ShouldBe(new HardState(new Term(2), new NodeId(3), new LogIndex(1)));
        content.Snapshots.ShouldBe([new EntryId(new Term(2), new LogIndex(1))]);
        content.Repair.ShouldBeNull();
    }

    [Fact]
    public void Open_EntryRewritten_KeepsTheLaterOneAndDropsWhatFollowed()
    {
        var disk = new MemoryDisk();
        using (var log = WriteAheadLog.Create(disk, Owner))
        {
            log.Append(null, Entries(1, 1, 2, 3, 4));
            log.Append(null, Entries(2, 3));
            log.Commit(sync: true);
        }

        Reopen(disk).Entries.ShouldBe([.. Entries(1, 1, 2), .. Entries(2, 3)]);
    }

    [Fact]
    public void Commit_SegmentsFillUp_RollAndAreReleased()
    {
        var disk = new MemoryDisk();
        using var log = WriteAheadLog.Create(disk, Owner, Small);
        for (var i = 1ul; i <= 200; i++)
        {
            log.Append(null, [Entry(1, i, size: 100)]);
            log.Commit(sync: true);
        }

        disk.List().Count.ShouldBeGreaterThan(4);
        Reopen(disk).Entries.Count.ShouldBe(200);
        log.ReleaseBefore(new LogIndex(150)).ShouldBeGreaterThan(0);
        var kept = Reopen(disk).Entries;
        kept[0].Index.Value.ShouldBeLessThanOrEqualTo(150ul);
        kept[^1].Index.Value.ShouldBe(200ul);
    }

    [Fact]
    public void Open_OtherMember_IsRefusedByName()
    {
        var disk = new MemoryDisk();
        WriteAheadLog.Create(disk, Owner).Dispose();
        Should.Throw<DiskException>(() => WriteAheadLog.Open(disk, Owner with { Member = 0xB2 }))
            .Message.ShouldContain("member a1 of cluster c1");
    }

    [Fact]
    public void Commit_FlushFails_RefusesEverythingAfterwards()
    {
        var disk = new MemoryDisk();
        using var log = WriteAheadLog.Create(disk, Owner);
        disk.FailFlush = _ => "input/output error";
        log.Append(null, Entries(1, 1));
        Should.Throw<DiskException>(() => log.Commit(sync: true)).Message.ShouldContain("input/output error");
        disk.FailFlush = _ => null;
        Should.Throw<DiskException>(() => log.Commit(sync: true)).Message.ShouldContain("stopped after a failure");
    }

    [Fact]
    public void Commit_DiskFull_SaysWhichFile()
    {
        var disk = new MemoryDisk();
        using var log = WriteAheadLog.Create(disk, Owner);
        disk.FailWrite = _ => "no space left on device";
        log.Append(null, Entries(1, 1));
        Should.Throw<DiskException>(() => log.Commit(sync: true)).Message.ShouldContain("no space left on device");
    }

    [Fact]
    public void Open_MiddleSegmentDeleted_IsRefused()
    {
        var disk = Filled();
        disk.Delete(disk.List()[1]);
        Should.Throw<WalDamagedException>(() => Reopen(disk)).Message.ShouldContain("is missing");
    }

    /// <summary>Paper figure 2: the vote is never forgotten, however much of the log is.</summary>
    [Fact]
    public void ReleaseBefore_SegmentWithTheLastVote_KeepsTheVote()
    {
        var disk = new MemoryDisk();
        var vote = new HardState(new Term(7), new NodeId(2), new LogIndex(1));
        using (var log = WriteAheadLog.Create(disk, Owner, Small))
        {
            log.Append(vote, []);
            for (var i = 1ul; i <= 60; i++)
            {
                log.Append(null, [Entry(1, i, size: 500)]);
                log.Commit(sync: true);
            }

            log.ReleaseBefore(new LogIndex(60)).ShouldBeGreaterThan(3);
        }

        Reopen(disk).HardState.ShouldBe(vote);
    }

    /// <summary>Paper section 7: a received snapshot replaces a log that has parted from it, also what lies beyond it; entries
    /// that were acknowledged afterwards stay.</summary>
    [Fact]
    public void Open_SnapshotReplacedAnotherLog_ForgetsThatLog()
    {
        var disk = new MemoryDisk();
        using (var log = WriteAheadLog.Create(disk, Owner))
        {
            log.Append(null, Entries(1, 1, 2, 3, 4, 5));
            log.AppendSnapshot(new EntryId(new Term(2), new LogIndex(3)));
            log.Append(null, Entries(2, 4));
            log.Commit(sync: true);
        }

        Reopen(disk).Entries.ShouldBe(Entries(2, 4));
    }

    [Fact]
    public void Open_LastSegmentDeleted_IsRefused()
    {
        var disk = Filled();
        var names = disk.List();
        disk.Delete(names[^1]);
        var damage = Should.Throw<WalDamagedException>(() => Reopen(disk));
        damage.FileName.ShouldBe(names[^2]);
        damage.Message.ShouldContain($"segment {names.Count - 1} follows, which is missing");
    }

    [Fact]
    public void Open_AnySegmentTruncatedAnywhere_IsRefused()
    {
        foreach (var name in Filled().List())
        {
            // The last 16 bytes of a full segment are its seal, which a crash may take, too.
            for (var lost = 17; lost < Small.SegmentSize; lost += 61)
            {
                var disk = Filled();
                using (var file = disk.Open(name))
                    file.SetLength(file.Length - lost);
                Should.Throw<WalDamagedException>(() => Reopen(disk), $"{name} without its last {lost} bytes")
                    .FileName.ShouldBe(name);
            }
        }
    }

    /// <summary>Every operation of the disk fails once, with half of a write done: what was acknowledged before is there after a
    /// restart, and nothing is acknowledged afterwards.</summary>
    [Theory]
    [InlineData("No space left on device")]
    [InlineData("Input/output error")]
    public void Commit_AnyOperationOfTheDiskFails_LosesNothingAcknowledged(string reason)
    {
        for (var failAt = 0; ; failAt++)
        {
            var memory = new MemoryDisk();
            var disk = new FaultyDisk(memory) { Reason = reason };
            var acknowledged = new List<Entry>();
            using (var log = WriteAheadLog.Create(disk, Owner, Small))
            {
                disk.FailAfter(failAt);
                Fill(log, acknowledged);
                if (!disk.HasFailed)
                {
                    failAt.ShouldBeGreaterThan(50, "too few operations were seen to fail");
                    return;
                }

                Should.Throw<DiskException>(() => log.Commit(sync: true)).Message.ShouldContain(reason);
            }

            memory.Crash(() => failAt % 2 == 0);
            Reopen(memory).Entries.Take(acknowledged.Count).ShouldBe(acknowledged, $"operation {failAt} failed");
        }
    }

    /// <summary>Appends until the disk fails, or enough is written to fill some segments.</summary>
    private static void Fill(WriteAheadLog log, List<Entry> acknowledged)
    {
        try
        {
            for (var i = 1ul; i <= 40; i++)
            {
                var entry = Entry(1, i, size: (int)(i * 37 % 700));
                log.Append(null, [entry]);
                log.Commit(sync: true);
                acknowledged.Add(entry);
            }
        }
        catch (DiskException)
        {
            // What comes next is up to the caller.
        }
    }

    /// <summary>Every acknowledged byte counts: a flipped bit anywhere in what was synchronised is refused, with file and offset.</summary>
    [Fact]
    public void Open_AnyBitFlippedInWhatWasDurable_IsRefused()
    {
        var random = new Random(7);
        for (var round = 0; round < 400; round++)
        {
            var disk = Filled();
            var name = disk.List()[random.Next(disk.List().Count)];
            var bytes = disk.Bytes(name);
            var used = Array.FindLastIndex(bytes, value => value != 0) + 1;
            var at = random.Next(used);
            bytes[at] ^= (byte)(1 << random.Next(8));
            var before = Filled();
            try
            {
                // A flip in padding changes nothing that was kept.
                Reopen(disk).Entries.ShouldBe(Reopen(before).Entries, $"{name} at {at}: entries were lost without a word");
            }
            catch (WalDamagedException damage)
            {
                damage.FileName.ShouldBe(name);
            }
        }
    }

    /// <summary>A whole sector that reads as zeros looks torn; the records behind it prove that it was durable once.</summary>
    [Fact]
    public void Open_SectorLostInTheMiddleOfWhatWasDurable_IsRefused()
    {
        var disk = new MemoryDisk();
        using (var log = WriteAheadLog.Create(disk, Owner, new WalOptions { SegmentSize = 1 << 16 }))
        {
            for (var i = 1ul; i <= 20; i++)
            {
                log.Append(null, [Entry(1, i, size: 200)]);
                log.Commit(sync: true);
            }
        }

        var name = disk.List().ShouldHaveSingleItem();
        var bytes = disk.Bytes(name);
        Array.Clear(bytes, MemoryDisk.SectorSize, MemoryDisk.SectorSize);
        Should.Throw<WalDamagedException>(() => Reopen(disk)).FileName.ShouldBe(name);
    }

    /// <summary>Crashes at any moment, with any subset of the unsynchronised sectors kept.</summary>
    [Fact]
    public void Open_AfterAnyCrash_HoldsEverythingAcknowledged()
    {
        for (var seed = 0; seed < 400; seed++)
        {
            try
            {
                new CrashRun(seed).Run();
            }
            catch (Exception failure)
            {
                throw new InvalidOperationException($"seed {seed}: {failure.Message}", failure);
            }
        }
    }

    private static WalContent Reopen(MemoryDisk disk)
    {
        var (log, content) = WriteAheadLog.Open(disk, Owner, Small);
        log.Dispose();
        return content;
    }

    private static MemoryDisk Filled()
    {
        var disk = new MemoryDisk();
        using var log = WriteAheadLog.Create(disk, Owner, Small);
        for (var i = 1ul; i <= 60; i++)
        {
            log.Append(null, [Entry(1, i, size: (int)(i * 37 % 700))]);
            log.Commit(sync: true);
        }

        return disk;
    }

    private static ImmutableArray<Entry> Entries(ulong term, params ulong[] indexes) =>
        [.. indexes.Select(index => Entry(term, index, size: 10))];

    private static Entry Entry(ulong term, ulong index, int size)
    {
        var data = new byte[size];
        new Random((int)((term * 1000) + index)).NextBytes(data);
        return new Entry(new Term(term), new LogIndex(index), EntryKind.Command, data);
    }

    private sealed class CrashRun(int seed)
    {
        private readonly Random random = new(seed);
        private readonly MemoryDisk disk = new();
        private List<Entry> acknowledged = [];
        private List<Entry> written = [];
        private ulong released;

        public void Run()
        {
            var log = WriteAheadLog.Create(disk, Owner, Small);
            for (var round = 0; round < 5; round++)
            {
                for (var step = random.Next(40); step > 0; step--)
                    Act(log);
                disk.Crash(() => random.Next(2) == 0);
                (log, var content) = WriteAheadLog.Open(disk, Owner, Small);
                var first = content.Entries.Count == 0 ? (int)released : (int)content.Entries[0].Index.Value - 1;
                ((ulong)first).ShouldBeLessThanOrEqualTo(released, "entries that no snapshot covers are released");
                var all = written.Take(first).Concat(content.Entries).ToList();
                all.Count.ShouldBeGreaterThanOrEqualTo(acknowledged.Count, "acknowledged entries are lost");
                all.ShouldBe(written.Take(all.Count), "what is left is not what was written");
                written = all;
                acknowledged = [.. all];
            }
        }

        /// <summary>As after a snapshot of this member's own.</summary>
        private void Release(WriteAheadLog log)
        {
            var snapshot = acknowledged[random.Next(acknowledged.Count)];
            log.AppendSnapshot(new EntryId(snapshot.Term, snapshot.Index));
            log.Commit(sync: true);
            acknowledged = [.. written];
            log.ReleaseBefore(snapshot.Index);
            released = Math.Max(released, snapshot.Index.Value);
        }

        private void Act(WriteAheadLog log)
        {
            switch (random.Next(10))
            {
                case < 6:
                    var entry = Entry(1, (ulong)written.Count + 1, random.Next(5) == 0 ? 2000 : random.Next(300));

                    // Values of zeros look like sectors that were never written.
                    if (random.Next(3) == 0)
                        entry = entry with { Data = new byte[entry.Data.Length] };
                    log.Append(null, [entry]);
                    written.Add(entry);
                    break;
                case < 9:
                    log.Commit(sync: true);
                    acknowledged = [.. written];
                    break;
                case 9 when random.Next(2) == 0:
                    log.Commit(sync: false);
                    break;
                case 9 when random.Next(3) == 0 && acknowledged.Count > 0:
                    Release(log);
                    break;
                default:
                    log.PrepareNext();
                    break;
            }
        }
    }
}
