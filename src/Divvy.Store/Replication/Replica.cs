using System.Collections.Immutable;
using Divvy.Consensus.Raft;
using Divvy.Store.Failpoints;
using Divvy.Store.Metrics;

namespace Divvy.Store.Replication;

/// <summary>
/// One member's part in the cluster: drives the Raft core and does what it asks for.
/// <para><b>Who does what.</b> The core is stepped under one lock, for microseconds at a time, by whoever has something
/// for it: the threads that receive from peers, the clock, and the log's thread with the proposals that have gathered.
/// After each step everything the core owes is handed on (<see cref="Advance"/>): messages to the transport, which
/// never blocks; what must be durable to <see cref="LogWriter"/>; committed entries to <see cref="Applier"/>. Neither a
/// slow disk nor a long command thus delays a heartbeat. Both have a synchronous step, so that a simulation, or a store
/// in memory, runs them on the caller's thread (<see cref="Drive"/>).</para>
/// <para><b>Proposals</b> gather while the disk is busy and go into the log together, so one synchronisation pays for
/// all of them (group commit). A proposal whose leader was lost is neither forgotten nor repeated blindly. A read
/// barrier in the new term shows when everything that an earlier leader may have accepted has been applied; what was
/// not answered by then cannot be applied any more, because a leader refuses proposals that were sent to it in an
/// earlier term, and is proposed again.</para>
/// <para><b>Reads</b> wait for a barrier (thesis section 6.4). One barrier is under way at a time; callers that come
/// meanwhile share the next one.</para>
/// </summary>
internal sealed partial class Replica : IPeerReceiver, IAsyncDisposable
{
    private readonly Lock gate = new();
    private readonly Lock driving = new();
    private readonly ReplicaOptions options;
    private readonly RaftNode raft;
    private readonly IReplicatedState state;
    private readonly IPeerTransport? transport;
    private readonly TimeProvider timeProvider;
    private readonly long started;
    private readonly LogWriter writer;
    private readonly Applier applier;
    private readonly ILogStore log;
    private readonly IWorkLoop? writerLoop;
    private readonly IWorkLoop? applierLoop;
    private readonly TaskCompletionSource<Exception> failed =
        new(TaskCreationOptions.RunContinuationsAsynchronously);
    private volatile LeadershipView leadership;
    private NodeId lastLeader;
    private TimeSpan lastTick;
    private volatile bool stopped;
    private int disposed;

    public Replica(
        ReplicaOptions options,
        RaftNode raft,
        ILogStore log,
        IReplicatedState state,
        IPeerTransport? transport,
        TimeProvider timeProvider)
    {
        (this.options, this.raft, this.log, this.state) = (options, raft, log, state);
        (this.transport, this.timeProvider) = (transport, timeProvider);
        started = timeProvider.GetTimestamp();
        nextRequest = options.Salt;
        leadership = new LeadershipView(raft.Term, NodeId.None, IsLeader: false);
        writer = new LogWriter(this, log);
        applier = new Applier(this, state);
        appliedIndex = raft.AppliedIndex.Value;
        trailing = new TrailingLog(options, raft.AppliedIndex);
        if (options.RunsInline)
            return;
        writerLoop = options.Loops.Start("divvy log", writer.RunOnce, Fail);
        applierLoop = options.Loops.Start("divvy apply", applier.RunOnce, Fail);
    }

    /// <summary>Ends with the reason when the replica cannot go on, which is when its disk failed.</summary>
    public Task<Exception> Failed => failed.Task;

    public LeadershipView Leadership => leadership;

    public bool RunsInline => options.RunsInline;

    public IReplicaObserver? Observer => options.Observer;

    public MemberFailpoints Points => options.Instruments.Points;

    public SnapshotMetrics Snapshots => options.Instruments.Metrics.Snapshots;

    private RaftMetrics Metrics => options.Instruments.Metrics.Raft;

    /// <summary>Monotonic time since the replica was made.</summary>
    public TimeSpan Now => timeProvider.GetElapsedTime(started);

    /// <summary>Numbers of the core, for status and metrics.</summary>
    public RaftView View
    {
        get
        {
            lock (gate)
            {
                return new RaftView(
                    raft.Term, raft.Leader, raft.LastEntry.Index, raft.CommittedIndex, AppliedIndex, raft.Membership);
            }
        }
    }

    /// <summary>Begins to take part. A member that is alone leads at once.</summary>
    public void Start(IReadOnlyList<PeerAddress> peers)
    {
        lock (gate)
        {
            transport?.Start(this);
            transport?.SetPeers(peers);
            if (raft.Membership.Voters.Count == 1)
                raft.Campaign();
            Advance();
        }

        Drive();
    }

    /// <summary>Does what time asks for: heartbeats and elections, repeated barriers, callers that waited too
    /// long.</summary>
    public void Poll()
    {
        var now = Now;
        var done = new Completions();
        Input(() =>
        {
            // After a pause the ticks that were missed are not made up for: the others have gone on without us.
            if (leadership.IsLeader && now - lastTick >= 2 * options.Tick)
                Metrics.HeartbeatLate();
            for (var ticks = 0; now - lastTick >= options.Tick; ticks++)
            {
                if (ticks < MaxTicksAtOnce)
                    raft.Tick();
                lastTick = ticks < MaxTicksAtOnce ? lastTick + options.Tick : now;
            }

            RepeatBarrier(now, done);
            ExpireProposals(now, done);
            trailing.Forget(now);
        });
        applier.Finish(done);
        if (RunsInline)
            applier.RunCompletions();
    }

    /// <summary>Asks another voter to lead, if this member does.</summary>
    public bool TransferLeadership(NodeId target)
    {
        bool accepted;
        lock (gate)
        {
            accepted = raft.TransferLeadership(target);
            Advance();
        }

        Drive();
        return accepted;
    }

    /// <summary>How far a member's log has come, when this one leads; null otherwise.</summary>
    public LogIndex? MatchOf(NodeId member)
    {
        lock (gate)
            return raft.MatchOf(member);
    }

    /// <summary>A snapshot file of this member's own is complete; the log before it may go.</summary>
    public void SnapshotWritten(EntryId last, string file)
    {
        writer.Post(() =>
        {
            log.SnapshotIsThere(last, file);
            log.ReleaseBefore(last);
        });
        writerLoop?.Wake();
        Drive();
    }

    public ValueTask<ReadOnlyMemory<byte>> AskPeerAsync(
        NodeId peer, ReadOnlyMemory<byte> request, CancellationToken cancellationToken) =>
        transport is null
            ? throw new PeerUnavailableException($"member {peer} cannot be asked: this member is alone")
            : transport.RequestAsync(peer, request, cancellationToken);

    public async ValueTask DisposeAsync()
    {
        if (Interlocked.Exchange(ref disposed, 1) != 0)
            return;
        stopped = true;
        if (transport is not null)
            await transport.DisposeAsync().ConfigureAwait(false);
        writerLoop?.Dispose();
        applierLoop?.Dispose();
        FailAll(ReplicaErrors.Stopped());
        log.Dispose();
    }

    void IPeerReceiver.Receive(Message message)
    {
        if (message.Kind == MessageKind.Heartbeat && Points.DropHeartbeat.Skips())
            return;
        if (message.Kind == MessageKind.Propose)
            Gather(message);
        else
            Input(() => raft.Step(message));
    }

    string? IPeerReceiver.ReceiveSnapshot(Message install, string path)
    {
        ReceivedSnapshot loaded;
        try
        {
            loaded = state.Load(install.Snapshot!, path);
        }
        catch (Exception damage) when (damage is IOException or FailpointException)
        {
            DropReceived(path);
            return damage.Message;
        }

        var taken = false;
        Input(() =>
        {
            received = loaded;
            raft.Step(install);
            Advance();
            taken = received is null;
            received = null;
        });
        if (!taken)
            DropReceived(path);
        return null;
    }

    private void DropReceived(string path)
    {
        writer.Post(() => log.DropReceived(path));
        writerLoop?.Wake();
        Drive();
    }

    void IPeerReceiver.Unreachable(NodeId peer) => Input(() => raft.Unreachable(peer));

    void IPeerReceiver.SnapshotSent(NodeId peer, bool succeeded) => Input(() =>
    {
        raft.SnapshotSent(peer, succeeded);
        trailing.Sent(peer, succeeded ? Now + options.SnapshotCatchUp : Now);
    });

    ValueTask<ReadOnlyMemory<byte>> IPeerReceiver.AnswerAsync(
        NodeId from, ReadOnlyMemory<byte> request, CancellationToken cancellationToken) =>
        state.AnswerPeerAsync(from, request, cancellationToken);

    /// <summary>What the log's thread reports: a Ready and those before it are durable, and what depended on that may
    /// leave.</summary>
    public void Persisted(ulong number, ImmutableArray<Message> messages)
    {
        lock (gate)
        {
            raft.Persisted(number);
            Send(messages);
            Advance();
        }
    }

    /// <summary>What the log's thread asks for before it writes: proposals that have gathered.</summary>
    public void TakeInbox()
    {
        if (HasGathered)
            Points.BeforeLeaderSend.Hit();
        lock (gate)
        {
            if (OfferGathered())
                Advance();
        }
    }

    /// <summary>Runs every step that is due, when nobody else does.</summary>
    private void Drive()
    {
        if (!options.RunsInline)
            return;
        lock (driving)
        {
            while (writer.RunOnce() | applier.RunOnce())
            {
            }
        }

        applier.RunCompletions();
    }

    /// <summary>Hands on what the core owes until it owes nothing. The lock is held.</summary>
    private void Advance()
    {
        do
        {
            while (raft.TakeReady() is { } ready)
                Dispatch(ready);
            NoteLeadership();
            if (waitingToApply.Count == 0)
                continue;
            var done = new Completions();
            ReleaseBarriers(done);
            applier.Finish(done);
        }
        while (StartBarrier() || raft.HasReady);
    }

    private void Dispatch(RaftReady ready)
    {
        Send(ready.Messages);
        foreach (var read in ready.Reads)
            BarrierAnswered(read);
        foreach (var result in ready.Proposals)
            NoteOutcome(result);
        writer.Enqueue(ready, ready.Snapshot is null ? null : Interlocked.Exchange(ref received, null));
        writerLoop?.Wake();
        if (ready.Committed.IsEmpty)
            return;
        applier.Enqueue(ready.Committed);
        applierLoop?.Wake();
    }

    /// <summary>A snapshot is written, and then sent, on a task of its own; all other messages leave now.</summary>
    private void Send(ImmutableArray<Message> messages)
    {
        if (messages.IsEmpty || transport is null)
            return;
        var plain = messages;
        foreach (var message in messages)
        {
            if (message.Kind != MessageKind.InstallSnapshot)
                continue;
            plain = plain.Remove(message);
            trailing.Pin(message.To, message.Snapshot!.Last.Index);
            _ = SendSnapshotAsync(transport, message);
        }

        if (!plain.IsEmpty)
            transport.Send(plain);
    }

    private async Task SendSnapshotAsync(IPeerTransport through, Message message)
    {
        try
        {
            await Task.Yield();
            var (snapshot, source) = await state.SnapshotForPeerAsync(message.Snapshot!.Last.Index)
                .ConfigureAwait(false);
            through.SendSnapshot(message with { Snapshot = snapshot }, source);
        }
        catch (Exception failure) when (failure is not OutOfMemoryException)
        {
            // Whatever went wrong, Raft hears of it and asks again; a broken disk is reported by the log's thread.
            ((IPeerReceiver)this).SnapshotSent(message.To, succeeded: false);
        }
    }

    private void NoteLeadership()
    {
        var seen = leadership;
        var leads = raft.Role == RaftRole.Leader;
        if (seen.Term == raft.Term && seen.Leader == raft.Leader && seen.IsLeader == leads)
            return;
        var now = new LeadershipView(raft.Term, raft.Leader, leads);
        leadership = now;
        if (leads && (!seen.IsLeader || seen.Term != now.Term))
            Observer?.Leads(now.Term, raft.LastEntry);
        if (now.HasLeader && now.Leader != lastLeader)
        {
            if (!lastLeader.IsNone)
                Metrics.LeaderChanged();
            lastLeader = now.Leader;
        }

        applier.Enqueue(now);
        applierLoop?.Wake();
        LeaderChanged(now);
    }

    /// <summary>Gives the core something and hands on what follows. Once the disk has failed, or the core found its own
    /// rules broken, this member takes no part any more: it must neither lead on nor acknowledge.</summary>
    private void Input(Action input)
    {
        try
        {
            lock (gate)
            {
                if (stopped)
                    return;
                input();
                Advance();
            }

            Drive();
        }
        catch (Exception failure) when (failure is not (Rpc.RpcException or OutOfMemoryException))
        {
            Fail(failure);
        }
    }

    private void Fail(Exception failure)
    {
        stopped = true;
        failed.TrySetResult(failure);
        // Not here: who is told may dispose of this replica, and with it of the thread that reports.
        ThreadPool.UnsafeQueueUserWorkItem(
            static replica => replica.FailAll(ReplicaErrors.Stopped()), this, preferLocal: false);
    }
}
