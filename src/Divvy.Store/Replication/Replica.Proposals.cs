using Divvy.Consensus;
using Divvy.Consensus.Auth;
using Divvy.Consensus.Raft;
using Divvy.Consensus.Raft.Membership;
using Divvy.Consensus.State;
using Divvy.Store.Commands;

namespace Divvy.Store.Replication;

/// <summary>Proposals: gathered, offered to the core, answered when applied. <see cref="pending"/> holds all that wait
/// for an answer; of these, <see cref="parked"/> those that no leader has.</summary>
internal sealed partial class Replica
{
    private readonly Lock inboxGate = new();
    private readonly Dictionary<ulong, PendingProposal> pending = [];
    private List<PendingProposal> inbox = [];
    private List<PendingProposal> offered = [];
    private readonly List<PendingProposal> parked = [];
    private List<Message> forwardedHere = [];
    private ulong nextRequest;
    private ulong? recovery;
    private Term recoveryTerm;

    /// <summary>Proposes a command and waits until it was applied here.
    /// <exception cref="Rpc.RpcException">Unavailable: no leader took it in time, or it is not known whether it was
    /// applied. ResourceExhausted: too much is waiting already.</exception></summary>
    public ValueTask<StoreResult> ProposeAsync(StoreCommand command, Caller? caller)
    {
        var request = Interlocked.Increment(ref nextRequest);
        var data = CommandCodec.Encode(new LogCommand(request, options.Id, caller, command));
        var proposal = new PendingProposal(request, data, Now + options.RequestTimeout);
        lock (inboxGate)
        {
            if (stopped)
                return ValueTask.FromException<StoreResult>(ReplicaErrors.Stopped());
            if (inbox.Count >= options.MaxPendingEntries || pending.Count >= options.MaxPendingProposals)
                return ValueTask.FromException<StoreResult>(ReplicaErrors.TooManyRequests());
            inbox.Add(proposal);
        }

        writerLoop?.Wake();
        Drive();
        return proposal.Task;
    }

    /// <summary>Proposes a command that only this member may put into the log, and only while it leads the term in
    /// which it decided so: what a leader decides by its own clock. It is in the log at once or not at all: it never
    /// waits for room, so that commands of one leader stand in the log in the order in which they were proposed. Null:
    /// it does not lead that term (any more), or has no room.</summary>
    public ValueTask<StoreResult>? ProposeAsLeader(StoreCommand command, Term term)
    {
        var request = Interlocked.Increment(ref nextRequest);
        var data = CommandCodec.Encode(new LogCommand(request, options.Id, Caller.Internal, command));
        var proposal = new PendingProposal(request, data, Now + options.RequestTimeout) { IsForThisLeader = true };
        lock (gate)
        {
            if (raft.Role != RaftRole.Leader || raft.Term != term || stopped
                || raft.Propose(request, data).Outcome != ProposalOutcome.Appended)
                return null;
            proposal.Term = raft.Term;
            Add(proposal);
            Advance();
        }

        Drive();
        return proposal.Task;
    }

    /// <summary>Proposes a change of membership, if this member leads. The refusal says why it was not
    /// proposed.</summary>
    public (ValueTask<StoreResult>? Applied, string? Refusal) ProposeMembership(
        MembershipChange change, MemberRecord? subject)
    {
        var request = Interlocked.Increment(ref nextRequest);
        var context = new MembershipContext(request, options.Id, subject).Encode();
        var proposal = new PendingProposal(request, [], Now + options.RequestTimeout) { IsForThisLeader = true };
        lock (gate)
        {
            var (entry, refusal) = raft.ProposeMembership(change with { Context = context });
            if (entry is null)
                return (null, refusal);
            proposal.Term = raft.Term;
            Add(proposal);
            Advance();
        }

        Drive();
        return (proposal.Task, null);
    }

    private bool HasGathered
    {
        get
        {
            lock (inboxGate)
                return inbox.Count > 0 || forwardedHere.Count > 0;
        }
    }

    /// <summary>Other members' proposals gather like this member's own, so that they travel and are synchronised
    /// together. Too many are dropped, which their members notice.</summary>
    private void Gather(Message proposal)
    {
        lock (inboxGate)
        {
            if (stopped || forwardedHere.Count >= options.MaxPendingProposals)
                return;
            forwardedHere.Add(proposal);
        }

        writerLoop?.Wake();
        Drive();
    }

    /// <summary>Offers what has gathered; false when nothing has. The lock is held.</summary>
    private bool OfferGathered()
    {
        List<Message> fromOthers;
        lock (inboxGate)
        {
            if (inbox.Count == 0 && forwardedHere.Count == 0)
                return false;
            (inbox, offered) = (offered, inbox);
            (fromOthers, forwardedHere) = (forwardedHere, []);
        }

        foreach (var message in fromOthers)
            raft.Step(message);
        foreach (var proposal in offered)
        {
            Add(proposal);
            Offer(proposal);
        }

        offered.Clear();
        return true;
    }

    private void Add(PendingProposal proposal)
    {
        Metrics.ProposalStarted();
        lock (pending)
            pending.Add(proposal.Request, proposal);
    }

    private void Offer(PendingProposal proposal)
    {
        proposal.Term = raft.Term;
        proposal.IsUncertain = false;
        switch (raft.Propose(proposal.Request, proposal.Data).Outcome)
        {
            case ProposalOutcome.Appended or ProposalOutcome.Forwarded:
                break;
            default:
                Park(proposal);
                break;
        }
    }

    /// <summary>Nobody has it: it is offered again when a leader is known, and until its time is over.</summary>
    private void Park(PendingProposal proposal)
    {
        proposal.Term = Term.Zero;
        parked.Add(proposal);
    }

    private void NoteOutcome(ProposalResult result)
    {
        if (result.Outcome == ProposalOutcome.Appended)
            return;
        PendingProposal? proposal;
        lock (pending)
            pending.TryGetValue(result.Request, out proposal);
        if (proposal is null || proposal.Term == Term.Zero)
            return;
        if (result.Outcome == ProposalOutcome.Unknown)
            proposal.IsUncertain = true;
        else
            Park(proposal);
    }

    private void LeaderChanged(LeadershipView now)
    {
        if (!now.HasLeader)
            return;
        OfferParked();
        if (underWay is not null)
            Ask(underWay);
        if (recoveryTerm < now.Term && HasUncertain(now.Term))
            StartRecovery();
    }

    private void OfferParked()
    {
        if (parked.Count == 0 || raft.Leader.IsNone)
            return;
        var again = parked.ToArray();
        parked.Clear();
        foreach (var proposal in again)
        {
            if (IsPending(proposal))
                Offer(proposal);
        }
    }

    private bool IsPending(PendingProposal proposal)
    {
        lock (pending)
            return pending.ContainsKey(proposal.Request);
    }

    private bool HasUncertain(Term term)
    {
        lock (pending)
            return pending.Values.Any(proposal => IsUncertain(proposal, term));
    }

    private static bool IsUncertain(PendingProposal proposal, Term before) =>
        proposal.Term != Term.Zero && proposal.Term < before;

    private void StartRecovery()
    {
        recovery = Interlocked.Increment(ref nextRequest);
        if (!raft.ReadIndex(recovery.Value))
            recovery = null;
    }

    /// <summary>Everything an earlier leader may have accepted is applied: what is still unanswered never will be, and
    /// is offered to this term's leader. What only its own leader could decide is given up.</summary>
    private void Recover(Term term, Completions done)
    {
        List<PendingProposal> lost;
        lock (pending)
        {
            lost = [.. pending.Values.Where(proposal => IsUncertain(proposal, term)).OrderBy(one => one.Request)];
            foreach (var proposal in lost.Where(one => one.IsForThisLeader))
            {
                pending.Remove(proposal.Request);
                Metrics.ProposalEnded(succeeded: false);
            }
        }

        recoveryTerm = term;
        foreach (var proposal in lost)
        {
            if (proposal.IsForThisLeader)
                done.Add(proposal, ReplicaErrors.LeaderLost());
            else
                Offer(proposal);
        }
    }

    /// <summary>A snapshot may hold the effect of any proposal that a leader had, and does not say so: none of them
    /// may be repeated.</summary>
    private void GiveUpHandedOver(Completions done)
    {
        lock (pending)
        {
            foreach (var (request, proposal) in pending)
            {
                if (proposal.Term == Term.Zero)
                    continue;
                pending.Remove(request);
                Metrics.ProposalEnded(succeeded: false);
                done.Add(proposal, ReplicaErrors.ConnectionLost());
            }
        }
    }

    private void ExpireProposals(TimeSpan now, Completions done)
    {
        OfferParked();
        lock (pending)
        {
            foreach (var (request, proposal) in pending)
            {
                // The same leader is back: it may have it, or get it yet, so it can neither be repeated nor waited for.
                var isLost = proposal.IsUncertain && leadership.HasLeader && proposal.Term == leadership.Term;
                if (proposal.Deadline > now && !isLost)
                    continue;
                pending.Remove(request);
                Metrics.ProposalEnded(succeeded: false);
                done.Add(proposal, Reason(isLost));
            }
        }
    }

    private Exception Reason(bool connectionLost)
    {
        if (connectionLost)
            return ReplicaErrors.ConnectionLost();
        return leadership.HasLeader ? ReplicaErrors.TimedOut() : ReplicaErrors.LeaderLost();
    }

    private void FailAll(Exception reason)
    {
        var done = new Completions();
        lock (gate)
        {
            lock (inboxGate)
            {
                inbox.ForEach(proposal => done.Add(proposal, reason));
                inbox.Clear();
            }

            lock (pending)
            {
                foreach (var proposal in pending.Values)
                    done.Add(proposal, reason);
                pending.Clear();
            }

            parked.Clear();
            FailBarriers(reason, done);
        }

        done.Execute();
    }
}
