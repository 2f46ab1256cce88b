using System.Collections.Immutable;
using System.Diagnostics;
using Divvy.Consensus.Raft;
using Divvy.Store.Disk;
using Divvy.Store.Failpoints;
using Divvy.Store.Metrics;
using Divvy.Store.Snapshots;
using Divvy.Store.Wal;

namespace Divvy.Store.Replication;

/// <summary>The log of a member on its disk, and the snapshot that it begins at.</summary>
internal sealed class DurableLog : ILogStore
{
    private readonly WriteAheadLog wal;
    private readonly SnapshotFolder snapshots;
    private readonly long segmentSize;
    private readonly MemberFailpoints points;
    private readonly WalMetrics metrics;
    private EntryId newest;
    private long bytesSinceSnapshot;
    private long bytesInSegment;
    private long bytesToWrite;
    private Task preparing = Task.CompletedTask;

    public DurableLog(
        WriteAheadLog wal, SnapshotFolder snapshots, WalOptions options, Instruments instruments, long bytes)
    {
        (this.wal, this.snapshots, segmentSize) = (wal, snapshots, options.SegmentSize);
        (points, metrics) = (instruments.Points, instruments.Metrics.Wal);
        bytesSinceSnapshot = bytes;
    }

    public long BytesSinceSnapshot => Interlocked.Read(ref bytesSinceSnapshot);

    public void Append(HardState? hardState, ImmutableArray<Entry> entries)
    {
        wal.Append(hardState, entries);
        var bytes = 0L;
        foreach (var entry in entries)
            bytes += (long)entry.Size;
        Interlocked.Add(ref bytesSinceSnapshot, bytes);
        bytesInSegment += bytes;
        bytesToWrite += bytes;
    }

    public void Commit(bool sync)
    {
        points.BeforeSave.Hit();
        wal.Commit(sync: false);
        metrics.Written(bytesToWrite);
        bytesToWrite = 0;
        if (sync)
            Sync();
        points.AfterSave.Hit();
        if (bytesInSegment < segmentSize / 2 || !preparing.IsCompleted)
            return;
        // The next segment is filled beside the writing. If that fails, so does the switch to it, which reports it.
        bytesInSegment = 0;
        preparing = Task.Run(PrepareQuietly);
    }

    private void Sync()
    {
        points.BeforeSync.Hit();
        points.BeforeDataSync.Hit();
        var began = Stopwatch.GetTimestamp();
        wal.Commit(sync: true);
        metrics.Synced(Stopwatch.GetElapsedTime(began));
        points.AfterSync.Hit();
    }

    public void SnapshotIsThere(EntryId last, string file)
    {
        // An own snapshot that was begun before a leader sent a later one.
        if (last.Index <= newest.Index)
            return;
        newest = last;
        points.BeforeSaveSnapshot.Hit();
        snapshots.Adopt(Path.GetFileName(file), last);
        wal.AppendSnapshot(last);
        wal.Commit(sync: true);
        points.AfterSaveSnapshot.Hit();
        Interlocked.Exchange(ref bytesSinceSnapshot, 0);
    }

    public void DropReceived(string file) => snapshots.Drop(Path.GetFileName(file));

    public void ReleaseBefore(EntryId snapshot)
    {
        snapshots.DeleteBefore(snapshot);
        wal.ReleaseBefore(snapshot.Index);
        points.AfterRelease.Hit();
    }

    public void Dispose() => wal.Dispose();

    private void PrepareQuietly()
    {
        try
        {
            wal.PrepareNext();
        }
        catch (DiskException)
        {
            // Tried again, and reported, when the segment is needed.
        }
    }
}
