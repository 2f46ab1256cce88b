using System.Collections.Immutable;
using Divvy.Consensus;
using Divvy.Consensus.Auth;
using Divvy.Consensus.Mvcc;
using Divvy.Consensus.Mvcc.Leases;
using Divvy.Consensus.Mvcc.Watching;
using Divvy.Consensus.Raft;
using Divvy.Consensus.Raft.Membership;
using Divvy.Consensus.State;
using Divvy.Store.Auth;
using Divvy.Store.Failpoints;
using Divvy.Store.Replication;
using Divvy.Store.Services;
using Microsoft.Extensions.Logging;

namespace Divvy.Store;

/// <summary>
/// One member as its services see it: reads its state, proposes changes to it, and does what a leader does besides.
/// <para>Everything that touches the state takes one lock for a microsecond or two; messages are decoded before and
/// encoded after, as records are immutable, and long walks take it piece by piece. Changes come only through the log
/// (<see cref="Replica"/>), whose applier takes the same lock. The lock may be taken while Raft's is held, never the
/// other way round.</para>
/// <para>A lease that is over is revoked through the log by the leader, after it has made sure that it still leads: one
/// that was held up by its disk or its scheduler must not end leases that its successor is renewing. The same
/// confirmation comes before a renewal, so no two clients ever believe in a lease and in its end.</para>
/// </summary>
internal sealed partial class StoreNode : IAuthNode, IMemberState, IAsyncDisposable
{
    /// <summary>Leases that one poll revokes at most; the next poll goes on. etcd ends 1,000 a second.</summary>
    private const int MaxExpiriesPerPoll = 1000;

    /// <summary>Keys looked at while the lock is held.</summary>
    private const int PieceOfKeys = 512;

    private readonly Lock gate = new();
    private readonly LeaseIds leaseIds;
    private readonly Dictionary<long, WatchSession> sessions = [];
    private readonly EmbeddedStoreOptions options;
    private readonly TimeProvider timeProvider;
    private readonly NodeId id;
    private readonly StoreIdentity identity;
    private readonly MemberDisks disks;
    private readonly ILogStore log;
    private readonly IPeerTransport? transport;
    private readonly ILogger logger;
    private readonly Replica replica;
    private readonly LeaseKeeper keeper;
    private StateMachine state;

    /// <summary>The term that this member leads, as far as it has applied its log; 0: it does not.</summary>
    private Term leads;
    private readonly TaskCompletionSource caughtUp = new(TaskCreationOptions.RunContinuationsAsynchronously);
    // Not disposed: it holds no handle, and a renewal may come after the end.
    private readonly SemaphoreSlim ending = new(1, 1);
    private Task expiring = Task.CompletedTask;
    private Task joining = Task.CompletedTask;
    private Task syncing = Task.CompletedTask;
    private volatile bool stopping;
    private volatile bool isLearner;
    private long granted;
    private long renewed;
    private long revoked;
    private long expired;

    public StoreNode(
        MemberStart start, EmbeddedStoreOptions options, TimeProvider timeProvider, ILogger logger)
    {
        this.options = options;
        this.timeProvider = timeProvider;
        this.logger = logger;
        identity = start.Identity;
        id = start.Options.Id;
        Tokens = new TokenBook(timeProvider);
        log = start.Log;
        transport = start.Transport;
        options.Metrics.Peers.Identify(start.Identity.MemberId);
        disks = start.Disks;
        state = start.State;
        isLearner = state.Membership.IsLearner(id);
        keeper = new LeaseKeeper(options.LeaseCheckpointInterval);
        leaseIds = new LeaseIds(id.Value, start.Options.Salt);
        if (disks.Snapshots?.Newest() is { } newest)
            snapshotBytes = disks.Snapshots.SizeOf(newest.Name);
        if (start.Repair is { } repair)
            logger.LogRepaired(repair);
        replica = new Replica(start.Options, start.Raft, start.Log, this, start.Transport, timeProvider);
    }

    /// <summary>Ends with the reason when the member cannot go on.</summary>
    public Task<Exception> Failed => replica.Failed;

    public TimeSpan Now => replica.Now;

    public bool IsLearner => isLearner;

    public bool HasLeader => replica.Leadership.HasLeader;

    public LeadershipView Leadership => replica.Leadership;

    public RaftView RaftView => replica.View;

    /// <summary>What is left of a lease by this member's clock; null: it counts no leases, or knows none of this
    /// id.</summary>
    public TimeSpan? LeftOf(long lease)
    {
        lock (gate)
            return keeper.IsCounting ? keeper.Remaining(lease, Now) : null;
    }

    /// <summary>The tokens that the log gave out.</summary>
    public TokenBook Tokens { get; }

    public long AuthRevision
    {
        get
        {
            lock (gate)
                return state.Auth.Revision;
        }
    }

    public long AppliedIndex
    {
        get
        {
            lock (gate)
                return (long)state.Applied.Index.Value;
        }
    }

    public long Revision
    {
        get
        {
            lock (gate)
                return state.Mvcc.Revision;
        }
    }

    /// <summary>Raises the alarm when what is kept, superseded records included, outgrew the quota: from then on every
    /// member refuses what needs room, until an operator has made some and ended the alarm.
    /// <exception cref="Rpc.RpcException">ResourceExhausted: there is no room.</exception></summary>
    public async ValueTask CheckRoomAsync()
    {
        lock (gate)
        {
            if (state.Mvcc.EstimatedBytes <= options.QuotaBytes)
                return;
        }

        await replica.ProposeAsync(new AlarmCommand(new Alarm(id, AlarmKind.NoSpace), Raise: true), Caller.Internal)
            .ConfigureAwait(false);
        throw EtcdErrors.NoSpace();
    }

    /// <summary>Completes once this member has applied everything that was acknowledged before it began. Until then
    /// it would answer serializable reads with a past that it had already left.</summary>
    public Task CaughtUp => caughtUp.Task;

    public StoreIdentity Identity => identity;

    /// <summary>Waits for <see cref="CaughtUp"/>.
    /// <exception cref="Rpc.RpcException">Unavailable: no leader was found in time.</exception></summary>
    public async ValueTask WhenCaughtUpAsync(CancellationToken cancellationToken)
    {
        if (caughtUp.Task.IsCompletedSuccessfully)
            return;
        try
        {
            await caughtUp.Task.WaitAsync(options.RequestTimeout, timeProvider, cancellationToken)
                .ConfigureAwait(false);
        }
        catch (TimeoutException)
        {
            throw ReplicaErrors.NoLeader();
        }
    }

    public void Start()
    {
        replica.Start(PeersNow());
        joining = CatchUpAsync();
    }

    /// <summary>Proposes a command and waits until it was applied. The answer is an <see cref="AuthResult"/> when the
    /// caller may not give it.</summary>
    public ValueTask<StoreResult> ProposeAsync(
        StoreCommand command, Caller? caller, CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        return replica.ProposeAsync(command, caller);
    }

    /// <summary>Completes once this member has applied everything that was acknowledged before the call.</summary>
    public ValueTask ReadBarrierAsync(CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        return replica.ReadBarrierAsync();
    }

    /// <summary>Grants a lease under an id that no lease has when the client chose none.</summary>
    public async ValueTask<StoreResult> GrantAsync(
        long id, long ttlSeconds, Caller? caller, CancellationToken cancellationToken)
    {
        while (true)
        {
            var chosen = id;
            if (chosen == 0)
            {
                lock (gate)
                    chosen = leaseIds.Next();
            }

            // Raised here, before the log: what the log says must not depend on a member's settings.
            var command = new LeaseGrantCommand(
                chosen, Math.Max(ttlSeconds, (long)options.MinLeaseTtl.TotalSeconds));
            var result = await ProposeAsync(command, caller, cancellationToken).ConfigureAwait(false);
            if (id != 0 || result is not LeaseGrantResult { Outcome: MvccOutcome.LeaseExists })
                return result;
        }
    }

    /// <summary>Reads this member's state, whatever it is. A long range takes the lock piece by piece, and is sorted
    /// outside. The answer is an <see cref="AuthResult"/> when the caller may not read these keys at the moment whose
    /// state it reads.</summary>
    public StoreResult Range(RangeOperation operation, Caller? caller)
    {
        RangeCursor cursor;
        lock (gate)
        {
            if (Refuse(operation, caller) is { } refused)
                return refused;
            cursor = state.Mvcc.Begin(operation, PieceOfKeys);
        }

        while (!cursor.IsDone)
        {
            lock (gate)
                cursor.Step(PieceOfKeys);
        }

        return cursor.Result();
    }

    /// <summary>Runs a transaction that cannot write; as <see cref="Range"/>.</summary>
    public StoreResult Read(TxnOperation txn, Caller? caller)
    {
        lock (gate)
            return Refuse(txn, caller) ?? (StoreResult)state.Mvcc.Read(txn);
    }

    /// <summary>Reads users and roles, under the lock.</summary>
    public T ReadAuth<T>(Func<AuthStore, Authorizer, T> read)
    {
        lock (gate)
            return read(state.Auth, state.Authorizer);
    }

    /// <summary>The ids of all leases, the one that ends first leading where this member counts.</summary>
    public IReadOnlyList<long> LeaseIds()
    {
        lock (gate)
        {
            var now = Now;
            return [.. state.Mvcc.Leases.OrderBy(lease => keeper.Remaining(lease.Id, now)).Select(lease => lease.Id)];
        }
    }

    public IReadOnlyList<Alarm> Alarms()
    {
        lock (gate)
            return [.. state.Alarms.All];
    }

    /// <summary>The members, and which of them are learners.</summary>
    public (List<MemberRecord> Members, MembershipState Membership) Members()
    {
        lock (gate)
            return ([.. state.Members.All], state.Membership);
    }

    public WatchSession OpenWatch()
    {
        lock (gate)
        {
            var session = new WatchSession(this, state.Watches.OpenStream(Now));
            sessions.Add(session.Stream.Id, session);
            return session;
        }
    }

    public void CloseWatch(WatchSession session)
    {
        lock (gate)
        {
            session.Stream.Close();
            if (sessions.GetValueOrDefault(session.Stream.Id) == session)
                sessions.Remove(session.Stream.Id);
        }
    }

    /// <summary>Runs a request on a watch stream.</summary>
    public void OnStream<TState>(WatchSession session, TState argument, Action<WatchStream, TState> request)
    {
        lock (gate)
        {
            request(session.Stream, argument);
            WakeSenders();
        }
    }

    /// <summary>Takes what a watch stream has to send; true when there is more.</summary>
    public bool Take(WatchSession session, List<WatchMessage> into, int limit)
    {
        lock (gate)
            return session.Stream.Take(into, limit);
    }

    /// <summary>Does what time asks for: heartbeats and elections, ends leases, sends progress, lets watchers catch
    /// up.</summary>
    public void Poll()
    {
        replica.Poll();
        if (syncing.IsCompleted)
            syncing = Begin(SyncWatchers);
        if (expiring.IsCompleted)
            expiring = ExpireAsync();
        TakeCheckpoints();
        Upkeep();
    }

    public StoreSnapshot Snapshot()
    {
        lock (gate)
        {
            return new StoreSnapshot(
                state.Mvcc.Revision,
                state.Mvcc.CompactedRevision,
                (long)state.Applied.Index.Value,
                state.Mvcc.Statistics(),
                state.Watches.StreamCount,
                state.Watches.WatcherCount,
                state.Watches.UnsyncedCount,
                state.Watches.PendingEvents,
                granted,
                renewed,
                revoked,
                expired);
        }
    }

    public async ValueTask DisposeAsync()
    {
        stopping = true;
        await NoMoreSnapshotsAsync().ConfigureAwait(false);
        await replica.DisposeAsync().ConfigureAwait(false);
        foreach (var work in new[] { expiring, syncing, upkeep, compacting, joining })
            await EndAsync(work).ConfigureAwait(false);
        caughtUp.TrySetException(ReplicaErrors.Stopped());
        _ = caughtUp.Task.Exception;
        disks.Dispose();
    }

    /// <summary>Waits until the cluster answers, and then tells it this member's name and addresses if it has
    /// others.</summary>
    private async Task CatchUpAsync()
    {
        while (!stopping)
        {
            try
            {
                await replica.ReadBarrierAsync().ConfigureAwait(false);
                caughtUp.TrySetResult();
                if (Members().Members.Find(member => member.Id == id) is not { } known
                    || (known.Name == options.Name && known.ClientUrls.SequenceEqual(options.AdvertiseClientUrls)))
                    return;
                var publish = new MemberPublishCommand(id, options.Name, [.. options.AdvertiseClientUrls]);
                replica.Points.BeforePublish.Hit();
                await replica.ProposeAsync(publish, Caller.Internal).ConfigureAwait(false);
                return;
            }
            catch (Exception failure) when (failure is Rpc.RpcException or FailpointException)
            {
                // No quorum yet. What waits for this member is told so in its own time.
                if (replica.Failed.IsCompleted)
                    return;
                await Task.Delay(leaderRetry, timeProvider).ConfigureAwait(false);
            }
        }
    }

    /// <summary>Lets watchers that are behind go on, and sends the progress that is due.</summary>
    private void SyncWatchers()
    {
        replica.Points.BeforeWatchSync.Hit();
        lock (gate)
        {
            state.Watches.Poll(Now);
            WakeSenders();
        }
    }

    /// <summary>Begins work that may be held up; where the replica has no threads of its own, it is done now.</summary>
    private Task Begin(Action work)
    {
        if (!replica.RunsInline)
            return Task.Run(work);
        try
        {
            work();
            return Task.CompletedTask;
        }
        catch (FailpointException failure)
        {
            return Task.FromException(failure);
        }
    }

    /// <summary>Waits for work of its own. What a failpoint made fail was tried again, and who waited for it was told:
    /// it is no reason why the member could not stop.</summary>
    private static async Task EndAsync(Task work)
    {
        try
        {
            await work.ConfigureAwait(false);
        }
        catch (FailpointException)
        {
            // Said above.
        }
    }

    /// <summary>Revokes the leases that are over, after this member has confirmed that it leads. One at a time, and
    /// within one term: what one has found over, another one, or a new term, may count anew meanwhile, and once that
    /// has been renewed it must live.</summary>
    private async Task ExpireAsync()
    {
        await ending.WaitAsync().ConfigureAwait(false);
        try
        {
            await ExpireDueAsync().ConfigureAwait(false);
        }
        finally
        {
            ending.Release();
        }
    }

    private async Task ExpireDueAsync()
    {
        IReadOnlyList<long> due;
        var term = Leadership.Term;
        lock (gate)
            due = keeper.TakeDue(Now, MaxExpiriesPerPoll);
        if (due.Count == 0)
            return;
        var asked = Now;
        try
        {
            await replica.ReadBarrierAsync().ConfigureAwait(false);
            if (Now - asked > options.ElectionTimeout)
            {
                // It was held up, and so were the renewals that should have come: nobody is to blame for them.
                CountAnew();
                return;
            }

            List<ValueTask<StoreResult>> revoking =
                [.. StillOver(due).Select(lease => replica.ProposeAsLeader(new LeaseRevokeCommand(lease), term))
                    .TakeWhile(proposed => proposed is not null).Select(proposed => proposed!.Value)];
            foreach (var result in revoking)
            {
                if (await result.ConfigureAwait(false) is MvccResult { Outcome: MvccOutcome.Ok })
                    Interlocked.Increment(ref expired);
            }
        }
        catch (Rpc.RpcException)
        {
            // No leader confirmed in time, or it changed: what is still over will be found over again.
        }

        lock (gate)
            keeper.GiveBack([.. due.Where(lease => state.Mvcc.FindLease(lease) is not null)]);
    }

    /// <summary>Without those that a new term, which the barrier has made this member apply, counts anew.</summary>
    private List<long> StillOver(IReadOnlyList<long> leases)
    {
        lock (gate)
            return [.. leases.Where(lease => keeper.Remaining(lease, Now) == TimeSpan.Zero)];
    }

    private AuthResult? Refuse(StoreCommand command, Caller? caller)
    {
        var allowed = state.Authorizer.Authorize(caller, command);
        return allowed == AuthOutcome.Ok ? null : new AuthResult(allowed, state.Auth.Revision);
    }

    private void CountAnew()
    {
        lock (gate)
        {
            if (keeper.IsCounting)
                keeper.Begin(state.Mvcc.Leases, Now + LeaseExtension);
        }
    }

    /// <summary>What a lease gets on top when a leader begins to count: alone, nobody could have renewed it
    /// elsewhere.</summary>
    private TimeSpan LeaseExtension =>
        state.Membership.Voters.Count > 1 ? options.ElectionTimeout : TimeSpan.Zero;

    /// <summary>Resumes the senders of the streams that have news. They resume on the pool, so none runs under the
    /// lock.</summary>
    private void WakeSenders()
    {
        foreach (var stream in state.Watches.TakeSignaled())
            sessions.GetValueOrDefault(stream.Id)?.Signal.Set();
    }

    private IReadOnlyList<PeerAddress> PeersNow()
    {
        lock (gate)
            return Addresses().Where(peer => peer.Id != id).ToImmutableArray();
    }

    private ImmutableArray<PeerAddress> Addresses() =>
    [
        .. state.Members.All.Select(member => new PeerAddress(
            member.Id, member.Name, [.. member.PeerUrls.Select(url => new Uri(url))])),
    ];
}
