using Divvy.Consensus.Raft.Quorum;

namespace Divvy.Consensus.Raft;

/// <summary>Elections: paper sections 5.2 and 5.4.1; pre-vote, thesis section 9.6; leader stickiness, section
/// 4.2.3.</summary>
public sealed partial class RaftNode
{
    /// <summary>It ran before, and may have told a leader so just before it stopped.</summary>
    private readonly bool restarted;

    /// <summary>A leader was heard within the shortest election timeout, so votes are refused. A member that restarts
    /// does not know; where a leader reads by its lease it counts as having heard one, or a quick restart would break
    /// that lease.</summary>
    private bool HearsALeader => options.CheckQuorum
        && ((!Leader.IsNone && sinceElectionReset < options.ElectionTicks)
            || (options.LeaseReads && restarted && ticks < options.ElectionTicks));

    /// <summary>It can be elected, and knows by whom: a committed membership change that is not applied could take its
    /// vote away, or ask for another quorum.</summary>
    private bool MayCampaign => IsPromotable && !HasUnappliedMembership();

    /// <summary>Campaigns now, without waiting for the timeout: for the first member of a new cluster, and for
    /// tests.</summary>
    public void Campaign()
    {
        if (Role != RaftRole.Leader && MayCampaign)
            Campaign(transfer: false);
    }

    private void ElectionTimedOut()
    {
        if (MayCampaign)
            Campaign(transfer: false);
        else
            ResetElectionTimer();
    }

    /// <summary>The connection to the leader broke, which is how a killed process is noticed first. What was forwarded
    /// to it fails, and this member asks around soon instead of after an election timeout: members that still hear the
    /// leader refuse the pre-vote, so a broken connection alone deposes nobody. Not where a leader reads by its lease,
    /// which counts on members that wait.</summary>
    private void LeaderUnreachable()
    {
        if (!options.PreVote || options.LeaseReads)
        {
            FailForwarded();
            return;
        }

        BecomeFollower(Term, NodeId.None);
        electionTimeout = 1 + random.Next(Math.Max(1, options.ElectionTicks / 2));
    }

    private void Campaign(bool transfer)
    {
        if (options.PreVote && !transfer)
        {
            Become(RaftRole.PreCandidate, Term);
            RequestVotes(MessageKind.PreVote, Term.Next, transfer);
        }
        else
        {
            StartElection(transfer);
        }
    }

    private void StartElection(bool transfer)
    {
        Become(RaftRole.Candidate, Term.Next);
        Vote = Id;
        RequestVotes(MessageKind.RequestVote, Term, transfer);
    }

    private void RequestVotes(MessageKind kind, Term term, bool transfer)
    {
        var answer = kind == MessageKind.PreVote ? MessageKind.PreVoteResponse : MessageKind.RequestVoteResponse;
        foreach (var voter in Membership.Quorum.Voters)
        {
            if (voter == Id)
                SendAfterPersist(new Message { Kind = answer, To = Id, Term = term });
            else
                Send(new Message { Kind = kind, To = voter, Term = term, Log = log.LastId, Transfer = transfer });
        }
    }

    private void AnswerVote(Message request)
    {
        var preVote = request.Kind == MessageKind.PreVote;
        var free = Vote == request.From || (Vote.IsNone && Leader.IsNone) || (preVote && request.Term > Term);
        var granted = free && request.Log.IsAtLeastAsUpToDateAs(log.LastId);
        var answer = new Message
        {
            Kind = preVote ? MessageKind.PreVoteResponse : MessageKind.RequestVoteResponse,
            To = request.From,
            // A granted pre-vote answers in the candidate's future term, else the candidate would take it for an old
            // one.
            Term = granted ? request.Term : Term,
            Reject = !granted,
        };
        if (preVote)
        {
            Send(answer);
            return;
        }

        if (granted)
        {
            Vote = request.From;
            sinceElectionReset = 0;
        }

        SendAfterPersist(answer);
    }

    private void CountVote(Message answer)
    {
        var expected = Role switch
        {
            RaftRole.PreCandidate => MessageKind.PreVoteResponse,
            RaftRole.Candidate => MessageKind.RequestVoteResponse,
            _ => (MessageKind?)null,
        };
        var grants = answer is { Reject: false, Kind: MessageKind.PreVoteResponse };
        var grantsAnotherTerm = grants && answer.Term != Term.Next;
        if (answer.Kind != expected || grantsAnotherTerm)
            return;
        votes.TryAdd(answer.From, !answer.Reject);
        switch (Membership.Quorum.Count(node => votes.TryGetValue(node, out var vote) ? vote : null))
        {
            case VoteResult.Won when Role == RaftRole.PreCandidate:
                StartElection(transfer: false);
                break;
            case VoteResult.Won:
                BecomeLeader();
                break;
            case VoteResult.Lost:
                BecomeFollower(Term, NodeId.None);
                break;
        }
    }

    private void Become(RaftRole role, Term term)
    {
        LoseLeadership();
        FailForwarded();
        Reset(term);
        Role = role;
    }

    private void BecomeFollower(Term term, NodeId leader)
    {
        Become(RaftRole.Follower, term);
        Leader = leader;
    }

    private void BecomeLeader()
    {
        Invariant.Check(Role == RaftRole.Candidate, $"a {Role} cannot win an election");
        Reset(Term);
        Role = RaftRole.Leader;
        Leader = Id;
        tracker.Reset(log.LastIndex);
        var own = tracker.Find(Id)!;
        own.BecomeReplicate();
        own.Persisted(log.PersistedIndex);
        own.RecentlyActive = true;

        // Whatever membership entries are in the log may not be applied yet: no new change before they are.
        pendingMembership = log.LastIndex;
        uncommittedBytes = 0;
        leaseForfeited = false;
        firstIndexOfTerm = log.LastIndex.Next;

        // Paper section 8: an entry of its own term tells a leader what is committed.
        AppendOwn(EntryKind.Command, ReadOnlyMemory<byte>.Empty);
        BroadcastAppend();
    }
}
