namespace Divvy.Consensus.Raft;

/// <summary>Proposals and read barriers, of this member's own clients and of other members'.
/// <para>Reads (thesis section 6.4) go in rounds: every heartbeat carries the number of the newest round, every
/// answer returns it,
/// and a round is confirmed once a quorum has returned it or a later one. A read joins the next round, remembers the
/// commit
/// index of that moment, and is answered when its round is confirmed and the leader has committed in its own term. A
/// round is
/// cheap: all reads between two <see cref="TakeReady"/> share one.</para>
/// <para>A request sent to the leader is answered, or fails: when the leader changes, when the shell cannot reach the
/// leader, and at the latest after two election timeouts. It never just waits, although messages get lost.</para>
/// </summary>
public sealed partial class RaftNode
{
    private readonly Queue<PendingRead> reads = new();
    private readonly ForwardedRequests forwardedReads = new();
    private readonly ForwardedRequests forwardedProposals = new();
    private readonly List<ReadResult> readResults = [];
    private readonly List<ProposalResult> proposalResults = [];
    private ulong round;
    private bool roundWanted;
    private long ticks;
    private int sinceForwardedAged;
    private readonly Queue<(ulong Round, long Tick)> unconfirmedRounds = new();
    private long confirmedRoundTick = -1;

    /// <summary>Proposes a command. On a follower it is forwarded under <paramref name="request"/>, which must be
    /// unique among what
    /// waits; the outcome comes in <see cref="RaftReady.Proposals"/>.</summary>
    public ProposalResult Propose(ulong request, ReadOnlyMemory<byte> data)
    {
        if (Role == RaftRole.Leader)
            return ProposeAsLeader(request, EntryKind.Command, data);
        if (Leader.IsNone)
            return new ProposalResult(request, ProposalOutcome.NoLeader, default);
        if (forwardedProposals.Count >= options.MaxPendingRequests || !forwardedProposals.Add(request))
            return new ProposalResult(request, ProposalOutcome.Refused, default);
        var entry = new Entry(Term.Zero, LogIndex.Zero, EntryKind.Command, data);
        Send(new Message
        {
            Kind = MessageKind.Propose,
            To = Leader,
            Term = Term,
            Context = request,
            Entries = [entry],
        });
        return new ProposalResult(request, ProposalOutcome.Forwarded, default);
    }

    /// <summary>Asks for a read barrier under an id that must be unique among what waits. The answer comes in
    /// <see cref="RaftReady.Reads"/>. False: nobody leads, or too many wait.</summary>
    public bool ReadIndex(ulong request)
    {
        if (Role == RaftRole.Leader)
            return EnqueueRead(new PendingRead(Id, request));
        if (Leader.IsNone || forwardedReads.Count >= options.MaxPendingRequests || !forwardedReads.Add(request))
            return false;
        Send(new Message { Kind = MessageKind.ReadIndex, To = Leader, Context = request });
        return true;
    }

    private ProposalResult ProposeAsLeader(ulong request, EntryKind kind, ReadOnlyMemory<byte> data)
    {
        var size = (ulong)data.Length + Entry.Overhead;
        var full = uncommittedBytes > 0 && uncommittedBytes + size > options.MaxUncommittedBytes;
        if (!transferTarget.IsNone || full || !Membership.IsVoter(Id))
            return new ProposalResult(request, ProposalOutcome.Refused, default);
        var id = AppendOwn(kind, data);
        appendWanted = true;
        return new ProposalResult(request, ProposalOutcome.Appended, id);
    }

    private void StepRequest(Message message)
    {
        switch (message.Kind)
        {
            case MessageKind.Propose:
                AnswerProposal(message);
                break;
            case MessageKind.ReadIndex:
                if (Role != RaftRole.Leader || !EnqueueRead(new PendingRead(message.From, message.Context)))
                    AnswerRead(new PendingRead(message.From, message.Context), null);
                break;
            case MessageKind.ProposeResponse when IsAnswerOfThisTerm(message):
                var outcome = message.Reject ? ProposalOutcome.Refused : ProposalOutcome.Appended;
                proposalResults.Add(new ProposalResult(message.Context, outcome, message.Log));
                break;
            case MessageKind.ReadIndexResponse when forwardedReads.Remove(message.Context):
                readResults.Add(new ReadResult(message.Context, message.Reject ? null : message.Log.Index));
                break;
        }
    }

    /// <summary>An answer that comes late speaks of an earlier attempt: the request may have gone to another leader
    /// since.</summary>
    private bool IsAnswerOfThisTerm(Message message) =>
        message.Term == Term && message.From == Leader && forwardedProposals.Remove(message.Context);

    private void AnswerProposal(Message message)
    {
        // Sent to the leader of an earlier term, it may have been given up since and proposed again.
        var result = Role == RaftRole.Leader && message.Term == Term && message.Entries is [var entry]
            ? ProposeAsLeader(message.Context, EntryKind.Command, entry.Data)
            : new ProposalResult(message.Context, ProposalOutcome.NoLeader, default);
        Send(new Message
        {
            Kind = MessageKind.ProposeResponse,
            To = message.From,
            Term = message.Term,
            Context = message.Context,
            Log = result.Entry,
            Reject = result.Outcome != ProposalOutcome.Appended,
        });
    }

    private bool EnqueueRead(PendingRead read)
    {
        if (reads.Count >= options.MaxPendingRequests)
            return false;
        // The index is fixed when the leader has committed in its term; until then the commit index may be behind
        // what an
        // earlier leader acknowledged (thesis section 6.4, step 1).
        reads.Enqueue(read with { Round = round + 1, Index = HasCommittedInTerm ? log.CommittedIndex : null });
        roundWanted = true;
        return true;
    }

    /// <summary>The index to read at when no other member has to confirm it: this one is alone with its vote and leads.
    /// Null: a barrier is needed (<see cref="ReadIndex"/>).</summary>
    public LogIndex? ConfirmedReadIndex =>
        Role == RaftRole.Leader && HasCommittedInTerm && Membership is { Voters.Count: 1, IsJoint: false }
            ? log.CommittedIndex
            : null;

    private bool HasCommittedInTerm => log.CommittedIndex >= firstIndexOfTerm;

    /// <summary>Starts the round that the reads since the last one wait for; every heartbeat starts one too, which is
    /// what a lease
    /// is renewed by.</summary>
    private void StartRound(bool evenIfUnwanted)
    {
        if (!roundWanted && !evenIfUnwanted)
            return;
        roundWanted = false;
        round++;
        tracker.Find(Id)!.ReadRound = round;
        if (options.LeaseReads && unconfirmedRounds.Count < options.MaxPendingRequests)
            unconfirmedRounds.Enqueue((round, ticks));
        if (evenIfUnwanted || (!LeaseHolds && tracker.ConfirmedRound() < round))
            BroadcastHeartbeat();
        ReleaseReads();
    }

    /// <summary>A quorum confirmed a round that began less than an election timeout ago, so nobody else can lead
    /// yet.</summary>
    private bool LeaseHolds => options.LeaseReads && confirmedRoundTick >= 0 && !leaseForfeited
        && ticks - confirmedRoundTick < options.ElectionTicks - 1;

    private void ReleaseReads()
    {
        if (Role != RaftRole.Leader)
            return;
        var confirmed = tracker.ConfirmedRound();
        while (unconfirmedRounds.TryPeek(out var oldest) && oldest.Round <= confirmed)
            confirmedRoundTick = unconfirmedRounds.Dequeue().Tick;
        if (!HasCommittedInTerm)
            return;
        while (reads.TryPeek(out var read) && read.Round <= round && (read.Round <= confirmed || LeaseHolds))
            AnswerRead(reads.Dequeue(), read.Index ?? log.CommittedIndex);
    }

    private void AnswerRead(PendingRead read, LogIndex? index)
    {
        if (read.From == Id)
        {
            readResults.Add(new ReadResult(read.Request, index));
            return;
        }

        Send(new Message
        {
            Kind = MessageKind.ReadIndexResponse,
            To = read.From,
            Context = read.Request,
            Log = new EntryId(Term.Zero, index ?? LogIndex.Zero),
            Reject = index is null,
        });
    }

    /// <summary>Leadership ended: whoever waits for a read learns it at once and asks the next leader.</summary>
    private void LoseLeadership()
    {
        while (reads.TryDequeue(out var read))
            AnswerRead(read, null);
        roundWanted = false;
        unconfirmedRounds.Clear();
        confirmedRoundTick = -1;
    }

    /// <summary>The leader changed or is out of reach: what was forwarded to it may be lost.</summary>
    private void FailForwarded() => FailForwarded(forwardedReads.TakeAll(), forwardedProposals.TakeAll());

    /// <summary>What was forwarded is failed once it has waited for a whole election timeout.</summary>
    private void TickForwarded()
    {
        if (++sinceForwardedAged < options.ElectionTicks)
            return;
        sinceForwardedAged = 0;
        FailForwarded(forwardedReads.Age(), forwardedProposals.Age());
    }

    /// <summary>Reads can be asked again, under another id; a proposal may yet be applied, and its owner must be told
    /// that nobody knows.</summary>
    private void FailForwarded(IEnumerable<ulong> lostReads, IEnumerable<ulong> lostProposals)
    {
        foreach (var request in lostReads)
            readResults.Add(new ReadResult(request, null));
        foreach (var request in lostProposals)
            proposalResults.Add(new ProposalResult(request, ProposalOutcome.Unknown, default));
    }

    private readonly record struct PendingRead(NodeId From, ulong Request, ulong Round = 0, LogIndex? Index = null);
}
