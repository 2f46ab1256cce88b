using Divvy.Consensus.Raft;

namespace Divvy.Store.Replication;

/// <summary>What follows from applied entries: answers, barriers, and the log that is no longer needed in
/// memory.</summary>
internal sealed partial class Replica
{
    /// <summary>Ticks that one poll makes at most.</summary>
    private const int MaxTicksAtOnce = 3;

    /// <summary>etcd's bound.</summary>
    private static readonly TimeSpan slowApply = TimeSpan.FromMilliseconds(100);

    private readonly TrailingLog trailing;
    private ulong appliedIndex;
    private ReceivedSnapshot? received;

    public LogIndex AppliedIndex => new(Volatile.Read(ref appliedIndex));

    /// <summary>The applier has applied entries up to one. Returns the callers that may go on.</summary>
    public Completions Applied(Entry last, long bytes, AppliedBatch batch)
    {
        var done = new Completions();
        TakeAnswered(batch, done);
        // Only now: who sees the index concludes that what is not answered by it never was applied.
        Volatile.Write(ref appliedIndex, last.Index.Value);
        lock (gate)
        {
            foreach (var (entry, accepted) in batch.Memberships)
                raft.ApplyMembership(accepted ? entry : entry with { Data = default });
            if (batch.Peers is { } peers)
                SetPeers(peers);
            if (trailing.Applied(new EntryId(last.Term, last.Index), bytes) is { } upTo)
                raft.Compacted(new Snapshot(new EntryId(last.Term, last.Index), raft.Membership), upTo);
            ReleaseBarriers(done);
            if (batch.Memberships.Count > 0 || raft.HasReady)
                Advance();
        }

        return done;
    }

    /// <summary>Counts how long some entries took.</summary>
    public void ApplyTook(TimeSpan elapsed)
    {
        options.Instruments.Metrics.Backend.Committed(elapsed);
        if (elapsed > slowApply)
            Metrics.ApplySlow();
    }

    /// <summary>The applier has installed a snapshot.</summary>
    public Completions Installed(Snapshot snapshot, IReadOnlyList<PeerAddress> peers)
    {
        var done = new Completions();
        lock (gate)
        {
            trailing.Restart(snapshot.Last.Index);
            GiveUpHandedOver(done);
            Volatile.Write(ref appliedIndex, snapshot.Last.Index.Value);
            SetPeers(peers);
            ReleaseBarriers(done);
        }

        writer.Post(() => log.ReleaseBefore(snapshot.Last));
        writerLoop?.Wake();
        return done;
    }

    private void SetPeers(IReadOnlyList<PeerAddress> peers)
    {
        if (!stopped)
            transport?.SetPeers([.. peers.Where(peer => peer.Id != options.Id)]);
    }

    /// <summary>What the log's thread asks for: a snapshot that a leader sent is in the folder, the log before it may
    /// go, and the state is to be replaced by it.</summary>
    public void KeepSnapshot(Snapshot snapshot, ReceivedSnapshot file)
    {
        log.SnapshotIsThere(snapshot.Last, file.Path);
        applier.Enqueue(snapshot, file);
        applierLoop?.Wake();
    }

    private void TakeAnswered(AppliedBatch batch, Completions done)
    {
        if (batch.Answers.Count == 0)
            return;
        lock (pending)
        {
            foreach (var (request, result) in batch.Answers)
            {
                if (!pending.Remove(request, out var proposal))
                    continue;
                Metrics.ProposalEnded(succeeded: true);
                done.Add(proposal, result);
            }
        }
    }
}
