using System.Diagnostics;
using Divvy.Consensus.Mvcc;
using Divvy.Consensus.Mvcc.Hashing;
using Divvy.Consensus.Raft;
using Divvy.Rpc;
using Divvy.Store.Disk;
using Divvy.Store.Metrics;
using Divvy.Store.Replication;
using Divvy.Store.Snapshots;

namespace Divvy.Store;

/// <summary>Work in the background, none of which stops reads or writes: snapshots, the physical part of compactions,
/// hashes.</summary>
internal sealed partial class StoreNode
{
    /// <summary>Records looked at while the lock is held.</summary>
    private const int PieceOfRecords = 1000;

    // Not disposed: it holds no resource, and who waits for it when the member stops is still to be told so.
    private readonly SemaphoreSlim snapshotting = new(1, 1);
    private Task upkeep = Task.CompletedTask;
    private Task compacting = Task.CompletedTask;
    private long snapshotBytes;

    /// <summary>Bytes of the newest snapshot and of the log since: what the member needs of its disk. In memory, an
    /// estimate of what its records take.</summary>
    public long AllocatedBytes => disks.Snapshots is null
        ? Snapshot().Data.Bytes
        : Interlocked.Read(ref snapshotBytes) + log.BytesSinceSnapshot;

    /// <summary>Ends a compaction that is under way, writes a snapshot and lets go of the log before it.
    /// <exception cref="DiskException">The disk failed, or is full; what was there is still
    /// there.</exception></summary>
    public async Task DefragmentAsync()
    {
        await PhysicallyCompactedAsync(CancellationToken.None).ConfigureAwait(false);
        if (disks.Snapshots is not { } folder)
            return;
        var began = Stopwatch.GetTimestamp();
        options.Metrics.Backend.DefragmentStarted();
        try
        {
            await SnapshotAsync(folder).ConfigureAwait(false);
        }
        finally
        {
            options.Metrics.Backend.DefragmentEnded(Stopwatch.GetElapsedTime(began));
        }
    }

    /// <summary>Waits until nothing is left of what a compaction took away.</summary>
    public async Task PhysicallyCompactedAsync(CancellationToken cancellationToken)
    {
        StartCompacting();
        await compacting.WaitAsync(cancellationToken).ConfigureAwait(false);
    }

    /// <summary>A hash of the keys up to a revision, equal on all members; 0: the current one.</summary>
    public (MvccOutcome Outcome, uint Hash, long Revision, long CompactedRevision, long Current) HashKv(long revision)
    {
        var began = Stopwatch.GetTimestamp();
        HashCursor hash;
        lock (gate)
            hash = state.Mvcc.BeginHashKv(revision);
        Finish(hash);
        options.Metrics.Backend.HashedAtRevision(Stopwatch.GetElapsedTime(began));
        return (hash.Outcome, hash.Value, hash.Revision, hash.CompactedRevision, Revision);
    }

    /// <summary>A hash of the keys and leases as they are.</summary>
    public (uint Hash, long Revision) Hash()
    {
        var began = Stopwatch.GetTimestamp();
        HashCursor hash;
        lock (gate)
            hash = state.Mvcc.BeginHash();
        Finish(hash);
        options.Metrics.Backend.Hashed(Stopwatch.GetElapsedTime(began));
        return (hash.Value, hash.Revision);
    }

    /// <summary>A snapshot of this moment, to be kept by an operator.
    /// <exception cref="RpcException">The store is in memory.</exception></summary>
    public async Task<ISnapshotSource> OpenSnapshotAsync()
    {
        var folder = disks.Snapshots ?? throw new RpcException(
            RpcStatusCode.FailedPrecondition, "a store in memory has no snapshots: give it a data folder");
        var (_, content) = await OpenNewSnapshotAsync(folder).ConfigureAwait(false);
        return new SnapshotStream(content, options.Metrics.Backend);
    }

    async Task<(Snapshot Snapshot, ISnapshotSource Source)> IReplicatedState.SnapshotForPeerAsync(LogIndex atLeast)
    {
        var folder = disks.Snapshots
            ?? throw new InvalidOperationException("a member without a disk has no members to send a snapshot to");
        var (snapshot, content) = await OpenNewSnapshotAsync(folder).ConfigureAwait(false);
        return (snapshot, new SnapshotStream(content, options.Metrics.Backend));
    }

    ReceivedSnapshot IReplicatedState.Load(Snapshot expected, string path)
    {
        replica.Points.BeforeOpenSnapshot.Hit();
        var (head, loaded) = SnapshotFile.Load(
            disks.Snapshots!.Disk,
            Path.GetFileName(path),
            VolatileMember.MvccOptionsOf(options),
            options.WatchLimits);
        replica.Points.AfterOpenSnapshot.Hit();
        if (head.ClusterId == identity.ClusterId && head.Snapshot.Last == expected.Last)
            return new ReceivedSnapshot(path, loaded);
        throw new IOException(
            $"{path} is the snapshot of cluster {head.ClusterId:x} at {head.Snapshot.Last}, where that of cluster"
            + $" {identity.ClusterId:x} at {expected.Last} was announced");
    }

    IReadOnlyList<PeerAddress> IReplicatedState.Install(Snapshot snapshot, ReceivedSnapshot received)
    {
        var folder = disks.Snapshots!;
        var name = SnapshotFolder.NameOf(snapshot.Last);
        lock (gate)
        {
            // Watches of the old state cannot go on in the new one; their clients resume where they were.
            foreach (var session in sessions.Values)
                session.Abandon();
            sessions.Clear();
            // Whose they are may have changed in the entries that were passed over.
            Tokens.Clear();
            state = received.State;
            isLearner = state.Membership.IsLearner(id);
            Interlocked.Exchange(ref snapshotBytes, folder.SizeOf(name));
            return Addresses();
        }
    }

    /// <summary>Starts what is due.</summary>
    private void Upkeep()
    {
        StartCompacting();
        if (disks.Snapshots is { } folder && upkeep.IsCompleted && IsSnapshotDue)
            upkeep = SnapshotWhenDueAsync(folder);
    }

    /// <summary>The log is as long as the snapshot: a start reads at most twice the state, and snapshots are at most
    /// half of what is written (Ongaro: Consensus: bridging theory and practice, 2014, section 5.1.2).</summary>
    private bool IsSnapshotDue => log.BytesSinceSnapshot
        >= Math.Max(options.SnapshotBytes, Interlocked.Read(ref snapshotBytes));

    private async Task SnapshotWhenDueAsync(SnapshotFolder folder)
    {
        try
        {
            await SnapshotAsync(folder).ConfigureAwait(false);
        }
        catch (RpcException) when (stopping)
        {
            // Its turn came too late.
        }
        catch (IOException failure)
        {
            // The log still holds everything; the next poll tries again.
            logger.LogSnapshotFailed(failure.Message);
        }
    }

    private async Task SnapshotAsync(SnapshotFolder folder)
    {
        var (_, content) = await OpenNewSnapshotAsync(folder).ConfigureAwait(false);
        await content.DisposeAsync().ConfigureAwait(false);
    }

    /// <summary>Writes a snapshot and opens it before the next one can replace it.</summary>
    private async Task<(Snapshot Snapshot, Stream Content)> OpenNewSnapshotAsync(SnapshotFolder folder)
    {
        await snapshotting.WaitAsync().ConfigureAwait(false);
        try
        {
            if (stopping)
                throw ReplicaErrors.Stopped();
            return await Task.Run(() => Write(folder)).ConfigureAwait(false);
        }
        finally
        {
            snapshotting.Release();
        }
    }

    private (Snapshot Snapshot, Stream Content) Write(SnapshotFolder folder)
    {
        var began = Stopwatch.GetTimestamp();
        StateCapture capture;
        lock (gate)
            capture = new StateCapture(identity.ClusterId, state);
        var snapshot = capture.Head.Snapshot;
        var (name, size) = SnapshotWriter.Write(folder, capture, UnderLock, options.Instruments);
        options.Metrics.Snapshots.Saved(Stopwatch.GetElapsedTime(began));
        Interlocked.Exchange(ref snapshotBytes, size);
        // Opened before the log hears of it: a snapshot that a leader sends may take its place at any time.
        var content = folder.Disk.OpenRead(name);
        replica.SnapshotWritten(snapshot.Last, name);
        return (snapshot, content);
    }

    /// <summary>Waits for the one that is being written; who comes later is told that the member has
    /// stopped.</summary>
    private async ValueTask NoMoreSnapshotsAsync()
    {
        await snapshotting.WaitAsync().ConfigureAwait(false);
        snapshotting.Release();
    }

    private void UnderLock(Action action)
    {
        lock (gate)
            action();
    }

    private void Finish(HashCursor hash)
    {
        while (!hash.IsDone)
        {
            lock (gate)
                hash.Step(PieceOfRecords);
        }
    }

    private void StartCompacting()
    {
        if (!compacting.IsCompleted)
            return;
        lock (gate)
        {
            if (state.Mvcc.CompactionBacklog == 0)
                return;
        }

        compacting = Begin(Compact);
    }

    private void Compact()
    {
        var began = Stopwatch.GetTimestamp();
        bool more;
        do
        {
            replica.Points.CompactBeforePiece.Hit();
            var piece = Stopwatch.GetTimestamp();
            lock (gate)
                more = state.Mvcc.CompactStep(PieceOfRecords);
            options.Metrics.Compaction.Paused(Stopwatch.GetElapsedTime(piece));
            replica.Points.CompactAfterPiece.Hit();
        }
        while (more);
        replica.Points.CompactBeforeEnd.Hit();
        options.Metrics.Compaction.Finished(Stopwatch.GetElapsedTime(began));
        replica.Points.CompactAfterEnd.Hit();
    }

    /// <summary>A snapshot that somebody reads, and how long that takes.</summary>
    private sealed class SnapshotStream(Stream file, BackendMetrics metrics) : ISnapshotSource
    {
        private readonly long began = Stopwatch.GetTimestamp();

        public ValueTask<Stream> OpenAsync(CancellationToken cancellationToken) => ValueTask.FromResult(file);

        public async ValueTask DisposeAsync()
        {
            metrics.Streamed(Stopwatch.GetElapsedTime(began));
            await file.DisposeAsync().ConfigureAwait(false);
        }
    }
}
