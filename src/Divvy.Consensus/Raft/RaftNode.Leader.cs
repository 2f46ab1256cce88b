using System.Collections.Immutable;
using Divvy.Consensus.Raft.Progress;

namespace Divvy.Consensus.Raft;

/// <summary>What a leader does: replication (paper section 5.3), the commit rule (5.4.2), heartbeats and the quorum
/// check
/// (thesis section 6.2), leadership transfer (section 3.10).</summary>
public sealed partial class RaftNode
{
    private NodeId transferTarget;
    private int transferSince;

    /// <summary>Somebody was told to campaign in this term. The message may arrive long after the transfer was given
    /// up, and makes members vote that hear this leader: no lease holds any more (thesis section 6.4.1).</summary>
    private bool leaseForfeited;
    private ulong uncommittedBytes;
    private LogIndex firstIndexOfTerm;

    /// <summary>Hands leadership to another voter: it is brought up to date, then told to campaign; proposals are
    /// refused
    /// meanwhile. Given up after an election timeout. False: this member does not lead, or the target has no
    /// vote.</summary>
    public bool TransferLeadership(NodeId target)
    {
        if (Role != RaftRole.Leader || !Membership.IsVoter(target))
            return false;
        if (target == Id || target == transferTarget)
            return true;
        (transferTarget, transferSince) = (target, 0);
        var progress = tracker.Find(target)!;
        if (progress.Match == log.LastIndex)
            SendTimeoutNow(target);
        else
            SendAppend(target, progress, evenIfEmpty: true);
        return true;
    }

    /// <summary>The shell could not reach a member: what was sent to it may be lost. A leader probes it; what a
    /// follower forwarded to its leader fails.</summary>
    public void Unreachable(NodeId node)
    {
        if (node == Leader && node != Id)
            LeaderUnreachable();
        if (Role == RaftRole.Leader && tracker.Find(node) is { State: ProgressState.Replicate } progress)
            progress.BecomeProbe();
    }

    /// <summary>The log of a member is known to match this leader's up to here; null when this member does not lead, or
    /// that one does not belong to the cluster.</summary>
    public LogIndex? MatchOf(NodeId node) => Role == RaftRole.Leader ? tracker.Find(node)?.Match : null;

    /// <summary>The shell finished, or failed, sending a snapshot to a member.</summary>
    public void SnapshotSent(NodeId node, bool succeeded)
    {
        if (Role != RaftRole.Leader || tracker.Find(node) is not { State: ProgressState.Snapshot } progress)
            return;
        if (!succeeded)
            progress.SnapshotAborted();
        progress.BecomeProbe();

        // The answer to the snapshot, or a heartbeat's, lets the next probe go: sending at once would meet a member
        // that is
        // still installing.
        progress.Sent(1, progress.Next, 0);
    }

    private void TickLeader()
    {
        sinceHeartbeat++;
        if (!transferTarget.IsNone && ++transferSince >= options.ElectionTicks)
            transferTarget = NodeId.None;
        if (sinceElectionReset >= options.ElectionTicks)
        {
            sinceElectionReset = 0;
            if (options.CheckQuorum && !CheckQuorum())
                return;
        }

        if (sinceHeartbeat >= options.HeartbeatTicks)
        {
            sinceHeartbeat = 0;
            StartRound(evenIfUnwanted: true);
        }
    }

    private bool CheckQuorum()
    {
        if (!tracker.QuorumIsActive())
        {
            BecomeFollower(Term, NodeId.None);
            return false;
        }

        foreach (var (node, progress) in tracker.All)
            progress.RecentlyActive = node == Id;
        return true;
    }

    private void StepLeader(Message message)
    {
        if (tracker.Find(message.From) is not { } progress)
            return;
        progress.RecentlyActive = true;
        switch (message.Kind)
        {
            case MessageKind.AppendEntriesResponse when message.Reject:
                AppendRefused(message, progress);
                break;
            case MessageKind.AppendEntriesResponse:
                AppendAcknowledged(message, progress);
                break;
            case MessageKind.HeartbeatResponse:
                HeartbeatAnswered(message, progress);
                break;
        }
    }

    private void AppendRefused(Message message, FollowerProgress progress)
    {
        // Skip our own entries whose term the follower cannot have at or before its hint.
        var agree = log.LastAtOrBefore(message.Hint.Index, message.Hint.Term);
        if (!progress.Refuse(message.Log.Index, agree.Index))
            return;
        if (progress.State == ProgressState.Replicate)
            progress.BecomeProbe();
        SendAppend(message.From, progress, evenIfEmpty: true);
    }

    private void AppendAcknowledged(Message message, FollowerProgress progress)
    {
        var last = message.Log.Index;
        if (last > log.LastIndex)
            return;
        var news = progress.Acknowledge(last);
        if (!news && !(progress.State == ProgressState.Probe && progress.Match == last))
            return;
        switch (progress.State)
        {
            case ProgressState.Probe:
                progress.BecomeReplicate();
                break;
            case ProgressState.Snapshot when progress.Match.Next >= log.FirstIndex:
                progress.BecomeProbe();
                progress.BecomeReplicate();
                break;
            case ProgressState.Replicate:
                progress.Window.FreeUpTo(last);
                break;
        }

        if (message.From != Id)
            FeedAfterAcknowledgement(message.From, progress);
        if (MaybeCommit())
            BroadcastAppend();
    }

    private void FeedAfterAcknowledgement(NodeId node, FollowerProgress progress)
    {
        while (SendAppend(node, progress, evenIfEmpty: false))
        {
        }

        if (node == transferTarget && progress.Match == log.LastIndex)
            SendTimeoutNow(node);
    }

    private void SendTimeoutNow(NodeId target)
    {
        leaseForfeited = true;
        Send(new Message { Kind = MessageKind.TimeoutNow, To = target, Term = Term });
    }

    private void HeartbeatAnswered(Message message, FollowerProgress progress)
    {
        progress.HeartbeatAnswered();
        progress.ReadRound = Math.Max(progress.ReadRound, message.Context);

        // What is under way to it may be lost, and nothing new may come, or may go behind a full window: an empty
        // message behind all that is refused then, and the follower is probed. Where the log does not reach back that
        // far any more, there is nothing to be refused: it gets a snapshot.
        var full = progress is { State: ProgressState.Replicate, Window.IsFull: true };
        var previous = full ? log.TermAt(progress.Next.Previous) : null;
        if (full && previous is null)
            progress.BecomeProbe();
        if (previous is { } term)
            SendEntries(message.From, progress, term, []);
        else if (progress.Match < log.LastIndex || progress.State == ProgressState.Probe)
            SendAppend(message.From, progress, evenIfEmpty: true);
        ReleaseReads();
    }

    /// <summary>Paper section 5.4.2: only an entry of the leader's own term is committed by counting.</summary>
    private bool MaybeCommit()
    {
        var index = tracker.CommittedIndex();
        if (index <= log.CommittedIndex || log.TermAt(index) != Term)
            return false;
        var bytes = log.Bytes(log.CommittedIndex, index);
        uncommittedBytes -= Math.Min(uncommittedBytes, bytes);
        log.CommitTo(index);
        ReleaseReads();
        return true;
    }

    private EntryId AppendOwn(EntryKind kind, ReadOnlyMemory<byte> data)
    {
        var entry = new Entry(Term, log.LastIndex.Next, kind, data);
        uncommittedBytes += entry.Size;
        log.Append([entry]);
        return log.LastId;
    }

    private void BroadcastAppend()
    {
        foreach (var (node, progress) in tracker.All)
        {
            if (node != Id)
                SendAppend(node, progress, evenIfEmpty: progress.State == ProgressState.Probe);
        }
    }

    /// <summary>Sends what a follower misses, as far as its state lets it. True: entries went, there may be
    /// more.</summary>
    private bool SendAppend(NodeId node, FollowerProgress progress, bool evenIfEmpty)
    {
        if (progress.IsPaused)
            return false;
        var previous = log.TermAt(progress.Next.Previous);
        var entries = log.Read(progress.Next, options.MaxMessageBytes);
        if (previous is null || entries is null)
            return SendSnapshot(node, progress);

        var hasNews = !entries.Value.IsEmpty || log.CommittedIndex > progress.CommitSent;
        if (!hasNews && !evenIfEmpty)
            return false;
        var batch = entries.Value;
        SendEntries(node, progress, previous.Value, batch);
        var last = progress.Next.Previous + (ulong)batch.Length;
        progress.Sent(batch.Length, last, Size(batch));
        return !batch.IsEmpty && progress.State == ProgressState.Replicate;
    }

    private void SendEntries(NodeId node, FollowerProgress progress, Term previous, ImmutableArray<Entry> entries)
    {
        Send(new Message
        {
            Kind = MessageKind.AppendEntries,
            To = node,
            Term = Term,
            Log = new EntryId(previous, progress.Next.Previous),
            Entries = entries,
            Commit = log.CommittedIndex,
        });
        progress.CommitSent = log.CommittedIndex;
    }

    private static ulong Size(ImmutableArray<Entry> entries)
    {
        var bytes = 0ul;
        foreach (var entry in entries)
            bytes += entry.Size;
        return bytes;
    }

    private bool SendSnapshot(NodeId node, FollowerProgress progress)
    {
        // A member that is silent would only hold a snapshot's stream open.
        if (!progress.RecentlyActive || log.Snapshot is null)
            return false;
        progress.BecomeSnapshot(log.Snapshot.Last.Index);
        Send(new Message { Kind = MessageKind.InstallSnapshot, To = node, Term = Term, Snapshot = log.Snapshot });
        return false;
    }

    private void BroadcastHeartbeat()
    {
        foreach (var (node, progress) in tracker.All)
        {
            if (node == Id)
                continue;
            // The follower has acknowledged up to Match: a later commit could name entries it does not hold.
            var commit = LogIndex.Min(progress.Match, log.CommittedIndex);
            Send(new Message
            {
                Kind = MessageKind.Heartbeat,
                To = node,
                Term = Term,
                Commit = commit,
                Context = round,
            });
        }
    }
}
