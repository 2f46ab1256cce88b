using System.Collections.Immutable;
using Divvy.Consensus.Raft.Membership;

namespace Divvy.Consensus.Raft;

/// <summary>Changes of membership: paper section 6, thesis chapter 4. A change takes effect when it is applied; one
/// at a
/// time; a leader that is no longer a voter steps down once the change is committed.</summary>
public sealed partial class RaftNode
{
    /// <summary>The last membership entry in the log may be here or before; no other is proposed until it is
    /// applied.</summary>
    private LogIndex pendingMembership;

    /// <summary>The last membership entry handed out to be applied, and the last one the shell said it
    /// applies.</summary>
    private LogIndex membershipHandedOut;
    private LogIndex membershipApplied;

    /// <summary>The last snapshot that was received. What it holds may still be on its way to being applied, and is in
    /// the membership already.</summary>
    private LogIndex membershipRestored;

    /// <summary>Proposes a change. Only on the leader. The reason says why it was refused; null with an entry: it is
    /// in the log.</summary>
    public (EntryId? Entry, string? Refusal) ProposeMembership(MembershipChange change)
    {
        if (Role != RaftRole.Leader)
            return (null, "not the leader");
        if (pendingMembership > log.AppliedIndex || membershipHandedOut > membershipApplied)
            return (null, $"the log up to entry {pendingMembership} is not applied yet");
        var outcome = MembershipChanger.Apply(Membership, change);
        if (outcome.Refusal is not null)
            return (null, outcome.Refusal);
        var result = ProposeAsLeader(0, EntryKind.Membership, change.Encode());
        if (result.Outcome != ProposalOutcome.Appended)
            return (null, "a transfer of leadership is under way, or too much is uncommitted");
        pendingMembership = result.Entry.Index;
        return (result.Entry, null);
    }

    /// <summary>A membership entry from <see cref="RaftReady.Committed"/> is being applied. Returns the membership
    /// from now on;
    /// an entry that does not fit the membership changes nothing, on every member alike, nor does one that a snapshot
    /// received meanwhile covers.</summary>
    public MembershipState ApplyMembership(Entry entry)
    {
        Invariant.Check(entry.Kind == EntryKind.Membership, $"entry {entry.Index} is no membership change");
        membershipApplied = LogIndex.Max(membershipApplied, entry.Index);
        if (entry.Index <= membershipRestored)
            return Membership;
        if (MembershipChange.Decode(entry.Data) is not { } change)
            return Membership;
        if (MembershipChanger.Apply(Membership, change).Next is { } next)
            Adopt(next);
        return Membership;
    }

    private void NoteMembershipHandedOut(ImmutableArray<Entry> committed)
    {
        foreach (var entry in committed)
        {
            if (entry.Kind == EntryKind.Membership)
                membershipHandedOut = entry.Index;
        }
    }

    private void Adopt(MembershipState next)
    {
        tracker.Change(next, log.LastIndex);

        // The quorum that confirmed the lease need not meet every quorum of the next membership.
        confirmedRoundTick = -1;
        if (Role != RaftRole.Leader)
            return;
        if (!next.IsVoter(Id))
        {
            BecomeFollower(Term, NodeId.None);
            return;
        }

        if (!transferTarget.IsNone && !next.IsVoter(transferTarget))
            transferTarget = NodeId.None;

        // A smaller quorum may have committed already; a new member wants its first probe.
        MaybeCommit();
        BroadcastAppend();
        ReleaseReads();
    }

    /// <summary>Ends a joint change as soon as it is in force, when it asked for that.</summary>
    private void LeaveJointWhenDue()
    {
        if (Role == RaftRole.Leader && Membership is { IsJoint: true, AutoLeave: true }
            && pendingMembership <= log.AppliedIndex && transferTarget.IsNone)
        {
            ProposeMembership(MembershipChange.LeaveJoint);
        }
    }

    /// <summary>Committed membership entries that are not applied could take this member's vote away: no campaign
    /// before.</summary>
    private bool HasUnappliedMembership()
    {
        if (membershipHandedOut > membershipApplied)
            return true;
        for (var index = log.AppliedIndex.Next; index <= log.CommittedIndex; index = index.Next)
        {
            if (log.KindAt(index) == EntryKind.Membership)
                return true;
        }

        return false;
    }
}
