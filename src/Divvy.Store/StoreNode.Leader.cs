using Divvy.Consensus.Raft;
using Divvy.Consensus.Raft.Membership;
using Divvy.Consensus.State;
using Divvy.Store.Metrics;
using Divvy.Store.Peers;
using Divvy.Store.Replication;

namespace Divvy.Store;

/// <summary>What only the leader can answer: time left of leases, changes of membership, handing leadership over. Other
/// members ask it (<see cref="LeaderQuestion"/>), and go on asking while leadership changes, until the request's time
/// is over.</summary>
internal sealed partial class StoreNode
{
    /// <summary>How long a member waits before it looks again who leads.</summary>
    private static readonly TimeSpan leaderRetry = TimeSpan.FromMilliseconds(20);

    /// <summary>Share of the leader's log that a learner must hold before it gets a vote; etcd's.</summary>
    private const double ReadyShare = 0.9;

    /// <summary>Renews a lease; a time to live of 0 says that there is none. The revision is from before the renewal,
    /// as clients may take it for a time when the lease surely lived.
    /// <exception cref="Rpc.RpcException">Unavailable: no leader could be asked in time.</exception></summary>
    public async ValueTask<(long Revision, long TtlSeconds)> RenewAsync(long lease, CancellationToken cancellationToken)
    {
        var revision = Revision;
        var question = new LeaderQuestion(LeaderQuestionKind.Renew) { Lease = lease };
        var answer = await AskLeaderAsync(question, cancellationToken).ConfigureAwait(false);
        return (revision, answer.TtlSeconds);
    }

    /// <summary>A lease and what is left of it, and its keys if asked; null when there is none.</summary>
    public async ValueTask<LeaseState?> LeaseStateAsync(
        long lease, bool withKeys, CancellationToken cancellationToken)
    {
        var question = new LeaderQuestion(LeaderQuestionKind.LeaseState) { Lease = lease, Flag = withKeys };
        var answer = await AskLeaderAsync(question, cancellationToken).ConfigureAwait(false);
        return answer.TtlSeconds < 0
            ? null
            : new LeaseState(answer.TtlSeconds, TimeSpan.FromMilliseconds(answer.LeftMilliseconds), answer.Keys);
    }

    public async ValueTask<MemberOutcome> AddMemberAsync(
        MemberRecord member, bool asLearner, CancellationToken cancellationToken)
    {
        var question = new LeaderQuestion(LeaderQuestionKind.AddMember) { Member = member, Flag = asLearner };
        var operation = asLearner ? MembershipOperation.AddLearner : MembershipOperation.AddVoter;
        return await ChangeAsync(operation, member.Id, question, cancellationToken).ConfigureAwait(false);
    }

    public async ValueTask<MemberOutcome> RemoveMemberAsync(NodeId member, CancellationToken cancellationToken)
    {
        var question = new LeaderQuestion(LeaderQuestionKind.RemoveMember) { Target = member };
        return await ChangeAsync(MembershipOperation.Remove, member, question, cancellationToken).ConfigureAwait(false);
    }

    /// <summary>Gives a learner a vote.</summary>
    public async ValueTask<MemberOutcome> PromoteMemberAsync(NodeId member, CancellationToken cancellationToken)
    {
        var question = new LeaderQuestion(LeaderQuestionKind.PromoteMember) { Target = member };
        return await ChangeAsync(MembershipOperation.AddVoter, member, question, cancellationToken)
            .ConfigureAwait(false);
    }

    /// <summary>Asks the leader for a change of members, unless this member knows already that too few of them have
    /// started: then there may be no leader to ask, and that is the reason.</summary>
    private async ValueTask<MemberOutcome> ChangeAsync(
        MembershipOperation operation, NodeId target, LeaderQuestion question, CancellationToken cancellationToken)
    {
        lock (gate)
        {
            if (!StartedMembers.Suffice(state.Members, state.Membership, operation, target))
                return MemberOutcome.NotEnoughStartedMembers;
        }

        return (await AskLeaderAsync(question, cancellationToken).ConfigureAwait(false)).Outcome;
    }

    /// <summary>Waits until this member knows of a change of members. It gives up without a word when the time of a
    /// request is over: a member that was removed may never hear of it.</summary>
    public async ValueTask SeeMembersAsync(
        Func<MemberBook, MembershipState, bool> isDone, CancellationToken cancellationToken)
    {
        for (var deadline = Now + options.RequestTimeout; Now < deadline;)
        {
            lock (gate)
            {
                if (isDone(state.Members, state.Membership))
                    return;
            }

            await Task.Delay(leaderRetry, timeProvider, cancellationToken).ConfigureAwait(false);
        }
    }

    /// <summary>Hands leadership to a voter, if this member leads, and waits until it has it.
    /// <exception cref="Rpc.RpcException">This member does not lead, the target has no vote, or it did not take over in
    /// time.</exception></summary>
    public async ValueTask MoveLeaderAsync(NodeId target, CancellationToken cancellationToken)
    {
        if (!Leadership.IsLeader)
            throw ReplicaErrors.NotLeader();
        if (target == id)
            return;
        if (!replica.TransferLeadership(target))
            throw ReplicaErrors.BadTransferee();
        var deadline = Now + options.RequestTimeout;
        while (Leadership.Leader != target)
        {
            if (Now > deadline)
                throw ReplicaErrors.TransferTimedOut();
            await Task.Delay(leaderRetry, timeProvider, cancellationToken).ConfigureAwait(false);
        }
    }

    /// <summary>A connection to another member broke.</summary>
    public void Disconnected(NodeId peer) => ((IPeerReceiver)replica).Unreachable(peer);

    /// <summary>Takes over what the transport has counted for those who are members.</summary>
    public void ReadPeers(PeerMetrics metrics)
    {
        if (transport is not PeerTransport peers)
            return;
        var members = Members().Members.Select(member => member.Id.Value).ToHashSet();
        foreach (var (peer, counters) in peers.Counters)
            metrics.Read(peer.Value, counters);
        metrics.KeepOnly(members);
    }

    /// <summary>What a process that wants to join is told.</summary>
    public ClusterInformation Information()
    {
        var (members, membership) = Members();
        return new ClusterInformation(
            identity.ClusterId,
            id,
            members.ConvertAll(member => new MemberInformation(
                member.Id,
                member.Name,
                [.. member.PeerUrls.Select(url => new Uri(url))],
                [.. member.ClientUrls.Select(url => new Uri(url))],
                membership.IsLearner(member.Id))));
    }

    async ValueTask<ReadOnlyMemory<byte>> IReplicatedState.AnswerPeerAsync(
        NodeId from, ReadOnlyMemory<byte> request, CancellationToken cancellationToken)
    {
        var answer = await AnswerHereAsync(LeaderQuestion.Decode(request), isForwarded: true).ConfigureAwait(false);
        return (answer ?? LeaderAnswer.NotLeader).Encode();
    }

    private async ValueTask<LeaderAnswer> AskLeaderAsync(LeaderQuestion question, CancellationToken cancellationToken)
    {
        var deadline = Now + options.RequestTimeout;
        while (true)
        {
            var answer = await TryAskLeaderAsync(question, cancellationToken).ConfigureAwait(false);
            if (answer is { IsFromLeader: true })
                return answer;
            if (Now > deadline)
                throw Leadership.HasLeader ? ReplicaErrors.TimedOut() : ReplicaErrors.LeaderLost();
            question = question with { IsRepeated = true };
            await Task.Delay(leaderRetry, timeProvider, cancellationToken).ConfigureAwait(false);
        }
    }

    private async ValueTask<LeaderAnswer?> TryAskLeaderAsync(
        LeaderQuestion question, CancellationToken cancellationToken)
    {
        var leadership = Leadership;
        if (leadership.IsLeader)
            return await AnswerHereAsync(question, isForwarded: false).ConfigureAwait(false);
        if (!leadership.HasLeader)
            return null;
        try
        {
            var answer = await replica.AskPeerAsync(leadership.Leader, question.Encode(), cancellationToken)
                .ConfigureAwait(false);
            return LeaderAnswer.Decode(answer);
        }
        catch (PeerUnavailableException)
        {
            return null;
        }
    }

    /// <summary>Null: this member does not lead.</summary>
    private async ValueTask<LeaderAnswer?> AnswerHereAsync(LeaderQuestion question, bool isForwarded)
    {
        if (!Leadership.IsLeader)
            return null;
        // Confirms that it leads, and that it has applied what others were told.
        await replica.ReadBarrierAsync().ConfigureAwait(false);
        return question.Kind switch
        {
            LeaderQuestionKind.Renew => await RenewHereAsync(question.Lease).ConfigureAwait(false),
            LeaderQuestionKind.LeaseState => LeaseStateHere(question.Lease, question.Flag, isForwarded),
            _ when question.IsRepeated && IsDone(question) => new LeaderAnswer { Outcome = MemberOutcome.Ok },
            LeaderQuestionKind.AddMember => await ChangeMembersAsync(
                question.Flag ? MembershipOperation.AddLearner : MembershipOperation.AddVoter,
                question.Member!.Id,
                question.Member).ConfigureAwait(false),
            LeaderQuestionKind.RemoveMember => await ChangeMembersAsync(
                MembershipOperation.Remove, question.Target, null).ConfigureAwait(false),
            _ => await PromoteHereAsync(question.Target).ConfigureAwait(false),
        };
    }

    private async ValueTask<LeaderAnswer?> RenewHereAsync(long lease)
    {
        if (!TryRenewHere(lease, out var answer, out var checkpoint))
        {
            // It is over and not yet revoked: whoever is told so must not find it alive afterwards. It may turn out
            // that it is not to blame, and counts anew.
            await ExpireAsync().ConfigureAwait(false);
            if (!TryRenewHere(lease, out answer, out checkpoint))
                return new LeaderAnswer();
        }

        var isCleared = checkpoint.Mark == 0
            || await ClearCheckpointAsync(lease, checkpoint.Mark, checkpoint.Term).ConfigureAwait(false);
        return isCleared ? answer : null;
    }

    /// <summary>False: it is over, but it is still there. A null answer: this member does not count. A mark above 0: a
    /// checkpoint is to be taken back before the answer is given.</summary>
    private bool TryRenewHere(long lease, out LeaderAnswer? answer, out (int Mark, Term Term) checkpoint)
    {
        lock (gate)
        {
            answer = null;
            checkpoint = (0, leads);
            if (!keeper.IsCounting)
                return true;
            if (keeper.TryRenew(lease, Now))
            {
                renewed++;
                checkpoint.Mark = keeper.Mark(lease);
                answer = new LeaderAnswer { TtlSeconds = state.Mvcc.FindLease(lease)!.TtlSeconds };
                return true;
            }

            answer = new LeaderAnswer();
            return state.Mvcc.FindLease(lease) is null;
        }
    }

    private LeaderAnswer? LeaseStateHere(long lease, bool withKeys, bool isForwarded)
    {
        (isForwarded ? replica.Points.BeforeForwardedLeaseLookup : replica.Points.BeforeLeaseLookup).Hit();
        lock (gate)
        {
            if (!keeper.IsCounting)
                return null;
            if (state.Mvcc.FindLease(lease) is not { } found)
                return new LeaderAnswer { TtlSeconds = -1 };
            var left = keeper.Remaining(lease, Now) ?? TimeSpan.Zero;
            return new LeaderAnswer
            {
                TtlSeconds = found.TtlSeconds,
                LeftMilliseconds = (long)left.TotalMilliseconds,
                Keys = withKeys ? [.. found.Keys] : [],
            };
        }
    }

    /// <summary>Whether the members are as a change would make them. A member that is added has an id of its own, which
    /// nobody else asks for.</summary>
    private bool IsDone(LeaderQuestion question)
    {
        lock (gate)
        {
            return question.Kind switch
            {
                LeaderQuestionKind.AddMember => state.Members.Find(question.Member!.Id) is not null,
                LeaderQuestionKind.RemoveMember => state.Members.WasRemoved(question.Target),
                _ => state.Membership.IsVoter(question.Target),
            };
        }
    }

    private async ValueTask<LeaderAnswer?> PromoteHereAsync(NodeId learner)
    {
        var answer = await ChangeMembersAsync(MembershipOperation.AddVoter, learner, null).ConfigureAwait(false);
        if (answer is { Outcome: MemberOutcome.Ok })
            options.Metrics.Raft.LearnerPromoted();
        return answer;
    }

    private async ValueTask<LeaderAnswer?> ChangeMembersAsync(
        MembershipOperation operation, NodeId target, MemberRecord? subject)
    {
        var outcome = CheckChange(operation, target, subject);
        if (outcome != MemberOutcome.Ok)
            return new LeaderAnswer { Outcome = outcome };
        var change = MembershipChange.Single(operation, target);
        var (applied, refusal) = replica.ProposeMembership(change, subject);
        if (refusal is not null)
            return Leadership.IsLeader ? new LeaderAnswer { Outcome = MemberOutcome.Refused } : null;
        var result = (MemberResult)await applied!.Value.ConfigureAwait(false);
        return new LeaderAnswer { Outcome = result.Outcome };
    }

    private MemberOutcome CheckChange(MembershipOperation operation, NodeId target, MemberRecord? subject)
    {
        lock (gate)
        {
            var membership = state.Membership;
            if (!StartedMembers.Suffice(state.Members, membership, operation, target))
                return MemberOutcome.NotEnoughStartedMembers;
            if (subject is not null)
            {
                var tooMany = operation == MembershipOperation.AddLearner
                    && membership.Learners.Count >= options.MaxLearners;
                return tooMany ? MemberOutcome.TooManyLearners : state.Members.CheckAdd(subject.Id, subject.PeerUrls);
            }

            if (state.Members.Find(target) is null)
                return MemberOutcome.NotFound;
            if (operation == MembershipOperation.Remove)
                return MemberOutcome.Ok;
            if (!membership.IsLearner(target))
                return MemberOutcome.NotALearner;
        }

        var view = replica.View;
        var match = replica.MatchOf(target)?.Value ?? 0;
        return match >= view.LastIndex.Value * ReadyShare ? MemberOutcome.Ok : MemberOutcome.LearnerNotReady;
    }
}
