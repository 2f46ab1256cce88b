namespace Divvy.Consensus.Raft;

/// <summary>What the shell owes and what it reports back (see <see cref="RaftReady"/> for the order).</summary>
public sealed partial class RaftNode
{
    private readonly List<Message> messages = [];
    private readonly List<Message> messagesAfterPersist = [];
    private readonly List<Message> messagesToSelf = [];
    private readonly Queue<Outstanding> outstanding = new();
    private HardState lastHardState;
    private ulong readyNumber;
    private bool appendWanted;

    private HardState CurrentHardState => new(Term, Vote, log.CommittedIndex);

    /// <summary>There is something to do.</summary>
    public bool HasReady =>
        appendWanted || roundWanted || pendingSnapshot is not null || CurrentHardState != lastHardState
        || messages.Count > 0 || messagesAfterPersist.Count > 0 || messagesToSelf.Count > 0
        || readResults.Count > 0 || proposalResults.Count > 0
        || log.HandedOut < log.LastIndex
        || log.AppliedIndex < LogIndex.Min(log.CommittedIndex, log.PersistedIndex);

    /// <summary>Takes what is to be done; null when there is nothing.</summary>
    public RaftReady? TakeReady()
    {
        LeaveJointWhenDue();
        if (appendWanted && Role == RaftRole.Leader)
            BroadcastAppend();
        appendWanted = false;
        if (Role == RaftRole.Leader)
            StartRound(evenIfUnwanted: false);
        if (!HasReady)
            return null;

        var hard = CurrentHardState;
        var entries = log.TakeUnwritten();
        var mustSync = !entries.IsEmpty || pendingSnapshot is not null
            || hard.Term != lastHardState.Term || hard.Vote != lastHardState.Vote;
        var ready = new RaftReady
        {
            Number = ++readyNumber,
            HardState = hard == lastHardState ? null : hard,
            Snapshot = pendingSnapshot,
            Entries = entries,
            MustSync = mustSync,
            Messages = [.. messages],
            MessagesAfterPersist = [.. messagesAfterPersist],
            Committed = log.TakeCommitted(options.MaxCommittedBytesPerReady),
            Reads = [.. readResults],
            Proposals = [.. proposalResults],
        };
        NoteMembershipHandedOut(ready.Committed);
        outstanding.Enqueue(new Outstanding(ready.Number, entries.IsEmpty ? null : log.LastId, [.. messagesToSelf]));
        lastHardState = hard;
        pendingSnapshot = null;
        messages.Clear();
        messagesAfterPersist.Clear();
        messagesToSelf.Clear();
        readResults.Clear();
        proposalResults.Clear();
        return ready;
    }

    /// <summary>Everything in the Ready with this number, and in those before it, is durable.</summary>
    public void Persisted(ulong number)
    {
        while (outstanding.TryPeek(out var oldest) && oldest.Number <= number)
        {
            outstanding.Dequeue();
            foreach (var message in oldest.ToSelf)
                Step(message);
            if (oldest.Last is { } last && log.Persisted(last) && Role == RaftRole.Leader)
                OwnEntriesPersisted();
        }
    }

    /// <summary>The shell has written a snapshot of the applied state; entries up to <paramref name="upTo"/> are
    /// released. Keep some
    /// before the snapshot for members that are a little behind.</summary>
    public void Compacted(Snapshot snapshot, LogIndex upTo) => log.Compact(snapshot, upTo);

    private void OwnEntriesPersisted()
    {
        tracker.Find(Id)?.Persisted(log.PersistedIndex);
        if (MaybeCommit())
            BroadcastAppend();
    }

    /// <param name="Number">The Ready.</param>
    /// <param name="Last">The last entry it asked to be written.</param>
    /// <param name="ToSelf">What this member answers itself once that is durable.</param>
    private readonly record struct Outstanding(ulong Number, EntryId? Last, Message[] ToSelf);
}
