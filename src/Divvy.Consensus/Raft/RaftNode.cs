using Divvy.Consensus.Raft.Log;
using Divvy.Consensus.Raft.Membership;
using Divvy.Consensus.Raft.Progress;

namespace Divvy.Consensus.Raft;

/// <summary>One member of a Raft cluster, as a pure state machine: Ongaro and Ousterhout, "In Search of an
/// Understandable
/// Consensus Algorithm" (the paper), with the additions of Ongaro's thesis that production needs.
/// <para><b>Shape.</b> Inputs change state: <see cref="Step"/> (a message came), <see cref="Tick"/> (time passed),
/// <see cref="Propose"/>, <see cref="ReadIndex"/>, <see cref="TransferLeadership"/>, <see cref="Persisted"/>,
/// <see cref="ApplyMembership"/>, <see cref="Compacted"/>, <see cref="SnapshotSent"/>, <see cref="Unreachable"/>.
/// <see cref="TakeReady"/> returns what the shell owes; its order is written on <see cref="RaftReady"/>. No call
/// blocks, reads
/// a clock or rolls dice but by the seed in <see cref="RaftOptions"/>; the owner serialises the calls.</para>
/// <para><b>Rules, and where they are.</b> Elections (paper 5.2, 5.4.1), pre-vote (thesis 9.6), check-quorum and leader
/// stickiness (6.2, 4.2.3): RaftNode.Election.cs. Replication and the commit rule (paper 5.3, 5.4.2), windows and
/// back-off:
/// RaftNode.Leader.cs and RaftNode.Follower.cs. Membership (paper 6, thesis 4): RaftNode.Membership.cs. Reads (thesis
/// 6.4) and
/// proposals, forwarded ones included: RaftNode.Requests.cs. Snapshots (paper 7) travel as descriptions; the shell
/// streams
/// the bytes.</para>
/// <para><b>What is durable when.</b> A vote, and the acknowledgement of entries, leave only after
/// <see cref="Persisted"/> (<see cref="RaftReady.MessagesAfterPersist"/>); the member's answers to itself wait the
/// same way, so
/// a single member commits only what its own disk holds.</para></summary>
public sealed partial class RaftNode
{
    private readonly RaftOptions options;
    private readonly SplitMix64 random;
    private readonly RaftLog log;
    private readonly ProgressTracker tracker;
    private readonly SortedDictionary<NodeId, bool> votes = [];
    private int sinceElectionReset;
    private int sinceHeartbeat;
    private int electionTimeout;

    /// <summary>Starts a member from what its disk holds: the hard state, the newest snapshot and the entries after
    /// it. A new
    /// cluster starts every first member from a snapshot that names them all, at entry 1/1 or before.
    /// <exception cref="ArgumentException">The settings are unsound; all complaints are named.</exception></summary>
    public RaftNode(RaftOptions options, HardState hardState, Snapshot snapshot, IEnumerable<Entry> entries)
    {
        var errors = options.Validate();
        if (errors.Count > 0)
            throw new ArgumentException(string.Join("; ", errors), nameof(options));
        this.options = options;
        random = new SplitMix64(options.Seed);
        log = new RaftLog(snapshot, entries);
        tracker = new ProgressTracker(options);
        tracker.Change(snapshot.Membership, log.LastIndex);
        (Term, Vote) = (hardState.Term, hardState.Vote);
        if (hardState.Commit > log.CommittedIndex)
            log.CommitTo(hardState.Commit);
        lastHardState = CurrentHardState;
        restarted = hardState.Term > Term.Zero;
        BecomeFollower(Term, NodeId.None);
    }

    public NodeId Id => options.Id;

    public Term Term { get; private set; }

    public NodeId Vote { get; private set; }

    public RaftRole Role { get; private set; }

    /// <summary>Who leads this term, as far as this member knows.</summary>
    public NodeId Leader { get; private set; }

    public LogIndex CommittedIndex => log.CommittedIndex;

    /// <summary>The last entry handed out to be applied.</summary>
    public LogIndex AppliedIndex => log.AppliedIndex;

    public EntryId LastEntry => log.LastId;

    public LogIndex FirstIndex => log.FirstIndex;

    public MembershipState Membership => tracker.Membership;

    /// <summary>It may campaign: it has a vote and is not waiting for a snapshot to be applied.</summary>
    private bool IsPromotable => Membership.IsVoter(Id) && pendingSnapshot is null;

    /// <summary>One tick of time has passed.</summary>
    public void Tick()
    {
        ticks++;
        sinceElectionReset++;
        if (Role == RaftRole.Leader)
        {
            TickLeader();
            return;
        }

        TickForwarded();
        if (sinceElectionReset >= electionTimeout)
            ElectionTimedOut();
    }

    /// <summary>A message arrived. Messages may be lost, repeated and reordered; who sent them was checked by the
    /// shell.</summary>
    public void Step(Message message)
    {
        if (message.Kind is MessageKind.Propose or MessageKind.ReadIndex
            or MessageKind.ProposeResponse or MessageKind.ReadIndexResponse)
        {
            StepRequest(message);
            return;
        }

        if (message.Term < Term)
            StepOldTerm(message);
        else if (message.Term == Term || AcceptNewTerm(message))
            StepCurrentTerm(message);
    }

    /// <summary>The term of the message is ahead. False: the message is to be ignored.</summary>
    private bool AcceptNewTerm(Message message)
    {
        switch (message.Kind)
        {
            case MessageKind.PreVote or MessageKind.RequestVote when !message.Transfer && HearsALeader:
                // Thesis section 4.2.3: a member that hears a leader lets nobody disturb it.
                return false;
            case MessageKind.PreVote:
                return true;
            case MessageKind.PreVoteResponse when !message.Reject:
                // A granted pre-vote speaks of the term we would campaign in; it is no reason to take that term now.
                return true;
            default:
                BecomeFollower(message.Term, message.IsFromALeader ? message.From : NodeId.None);
                return true;
        }
    }

    private void StepOldTerm(Message message)
    {
        switch (message.Kind)
        {
            case MessageKind.Heartbeat or MessageKind.AppendEntries when options.CheckQuorum || options.PreVote:
                // A leader of an old term, or one that a partitioned member with a higher term cannot follow otherwise:
                // our term in the answer makes it step down.
                Send(new Message { Kind = MessageKind.AppendEntriesResponse, To = message.From, Term = Term });
                break;
            case MessageKind.PreVote:
                Send(new Message { Kind = MessageKind.PreVoteResponse, To = message.From, Term = Term, Reject = true });
                break;
        }
    }

    private void StepCurrentTerm(Message message)
    {
        switch (message.Kind)
        {
            case MessageKind.PreVote or MessageKind.RequestVote:
                AnswerVote(message);
                break;
            case MessageKind.PreVoteResponse or MessageKind.RequestVoteResponse:
                CountVote(message);
                break;
            case MessageKind.AppendEntries or MessageKind.Heartbeat or MessageKind.InstallSnapshot:
                FollowLeader(message);
                break;
            case MessageKind.TimeoutNow:
                if (Role == RaftRole.Follower && MayCampaign)
                    Campaign(transfer: true);
                break;
            default:
                if (Role == RaftRole.Leader)
                    StepLeader(message);
                break;
        }
    }

    private void Reset(Term term)
    {
        if (Term != term)
            (Term, Vote) = (term, NodeId.None);
        Leader = NodeId.None;
        votes.Clear();
        transferTarget = NodeId.None;
        transferSince = 0;
        ResetElectionTimer();
        sinceHeartbeat = 0;
    }

    private void ResetElectionTimer()
    {
        sinceElectionReset = 0;
        electionTimeout = options.ElectionTicks + random.Next(options.ElectionTicks);
    }

    private void Send(Message message) => messages.Add(message with { From = Id });

    /// <summary>Sends once what this member's disk owes is durable. To itself: steps it then.</summary>
    private void SendAfterPersist(Message message)
    {
        var sent = message with { From = Id };
        if (message.To == Id)
            messagesToSelf.Add(sent);
        else
            messagesAfterPersist.Add(sent);
    }
}
