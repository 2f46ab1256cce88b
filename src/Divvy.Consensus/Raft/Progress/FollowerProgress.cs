namespace Divvy.Consensus.Raft.Progress;

/// <summary>What a leader knows about one follower (paper figure 2: nextIndex and matchIndex), and how it may feed it:
/// probing, replicating ahead, or sending a snapshot.</summary>
internal sealed class FollowerProgress(LogIndex next, InflightWindow window)
{
    /// <summary>The highest index known to be in the follower's log.</summary>
    public LogIndex Match { get; private set; }

    /// <summary>The next index to send.</summary>
    public LogIndex Next { get; private set; } = next;

    public ProgressState State { get; private set; }

    /// <summary>In <see cref="ProgressState.Snapshot"/>: the snapshot's last index.</summary>
    public LogIndex PendingSnapshot { get; private set; }

    /// <summary>It was heard from since the last quorum check.</summary>
    public bool RecentlyActive { get; set; }

    /// <summary>The last commit index told to it: an empty message is only worth sending for a newer one.</summary>
    public LogIndex CommitSent { get; set; }

    /// <summary>In <see cref="ProgressState.Probe"/>: a probe is under way.</summary>
    public bool ProbeSent { get; private set; }

    /// <summary>The last read round it answered (<see cref="RaftNode"/>, reads).</summary>
    public ulong ReadRound { get; set; }

    public InflightWindow Window { get; } = window;

    public bool IsPaused => State switch
    {
        ProgressState.Probe => ProbeSent,
        ProgressState.Replicate => Window.IsFull,
        _ => true,
    };

    public void BecomeProbe()
    {
        // After a snapshot, the follower has at least what the snapshot held.
        Next = State == ProgressState.Snapshot ? LogIndex.Max(Match.Next, PendingSnapshot.Next) : Match.Next;
        Enter(ProgressState.Probe);
    }

    public void BecomeReplicate()
    {
        Enter(ProgressState.Replicate);
        Next = Match.Next;
    }

    public void BecomeSnapshot(LogIndex snapshot)
    {
        Enter(ProgressState.Snapshot);
        PendingSnapshot = snapshot;
        Next = snapshot.Next;
        CommitSent = snapshot;
    }

    /// <summary>The leader's own progress: what it has on disk.</summary>
    public void Persisted(LogIndex index)
    {
        Match = LogIndex.Max(Match, index);
        Next = LogIndex.Max(Next, index.Next);
    }

    public void Sent(int entries, LogIndex last, ulong bytes)
    {
        if (State == ProgressState.Replicate)
        {
            if (entries == 0)
                return;
            Next = last.Next;
            Window.Add(last, bytes);
        }
        else if (entries > 0)
        {
            ProbeSent = true;
        }
    }

    /// <summary>The follower has everything up to an index; false when that was known.</summary>
    public bool Acknowledge(LogIndex index)
    {
        if (index <= Match)
            return false;
        Match = index;
        Next = LogIndex.Max(Next, index.Next);
        ProbeSent = false;
        Window.Widen();
        return true;
    }

    /// <summary>The follower refused the entry after <paramref name="refused"/>; false when the refusal is an old
    /// one.</summary>
    public bool Refuse(LogIndex refused, LogIndex hint)
    {
        if (State == ProgressState.Replicate)
        {
            if (refused <= Match)
                return false;
            Window.Narrow();
            Next = Match.Next;
            return true;
        }

        // A probe sends exactly Next - 1 as its previous index: any other refusal answers an earlier probe.
        if (Next.Previous != refused)
            return false;
        Next = LogIndex.Max(LogIndex.Min(refused, hint.Next), Match.Next);
        ProbeSent = false;
        return true;
    }

    /// <summary>A lost probe must not stop a follower for ever: a heartbeat's answer allows the next one.</summary>
    public void HeartbeatAnswered() => ProbeSent = false;

    public void SnapshotAborted() => PendingSnapshot = LogIndex.Zero;

    private void Enter(ProgressState state)
    {
        State = state;
        ProbeSent = false;
        PendingSnapshot = LogIndex.Zero;
        Window.Clear();
    }
}
