using Divvy.Consensus.Mvcc;
using Divvy.Consensus.Mvcc.Leases;
using Divvy.Consensus.Mvcc.Watching;

namespace Divvy.Store;

/// <summary>
/// Owns the cores of one member and serialises everything that touches them, under one lock. A request holds it for a
/// microsecond or two and does no I/O there: messages are decoded before and encoded after, as records are immutable. A
/// range holds it for as long as it walks.
/// <para>A command is applied as soon as it is proposed, because the log of a single member in memory is the order in
/// which the lock was taken. Callers await all the same: with a log on disk, or with peers, the answer comes
/// later.</para>
/// <para>Leases that are over are revoked before anything else that asks about leases, so a renewal that comes too late
/// finds its lease gone, and no two clients ever believe in a lease and in its end.</para>
/// </summary>
internal sealed class StoreNode
{
    /// <summary>Leases that one poll revokes at most; the next poll goes on.</summary>
    private const int MaxExpiriesPerPoll = 1000;

    private readonly Lock gate = new();
    private readonly MvccStore store;
    private readonly WatchHub hub;
    private readonly LeaseDeadlines deadlines = new();
    private readonly LeaseIds leaseIds;
    private readonly Dictionary<long, WatchSession> sessions = [];
    private readonly TimeProvider timeProvider;
    private readonly long started;
    private readonly long quotaBytes;
    private long granted;
    private long renewed;
    private long revoked;
    private long expired;

    public StoreNode(EmbeddedStoreOptions options, StoreIdentity identity, TimeProvider timeProvider)
    {
        this.timeProvider = timeProvider;
        started = timeProvider.GetTimestamp();
        quotaBytes = options.QuotaBytes;
        store = new MvccStore(new MvccOptions { MinLeaseTtlSeconds = (long)options.MinLeaseTtl.TotalSeconds });
        hub = new WatchHub(store, options.WatchLimits);
        leaseIds = new LeaseIds(identity.MemberId, timeProvider.GetUtcNow().ToUnixTimeMilliseconds());
    }

    /// <summary>Monotonic time since the node was made.</summary>
    public TimeSpan Now => timeProvider.GetElapsedTime(started);

    public long Revision
    {
        get
        {
            lock (gate)
                return store.Revision;
        }
    }

    /// <summary>Whether puts have to be refused for lack of room.</summary>
    public bool IsOverQuota
    {
        get
        {
            lock (gate)
                return store.EstimatedBytes > quotaBytes;
        }
    }

    public ValueTask<MvccResult> ProposeAsync(MvccCommand command, CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        lock (gate)
        {
            var result = Apply(command);
            WakeSenders();
            return ValueTask.FromResult(result);
        }
    }

    /// <summary>Grants a lease under an id that no lease has when the client chose none.</summary>
    public async ValueTask<LeaseGrantResult> GrantAsync(long id, long ttlSeconds, CancellationToken cancellationToken)
    {
        while (true)
        {
            var chosen = id;
            if (chosen == 0)
            {
                lock (gate)
                    chosen = leaseIds.Next();
            }
            var command = new LeaseGrantCommand(chosen, ttlSeconds);
            var result = (LeaseGrantResult)await ProposeAsync(command, cancellationToken).ConfigureAwait(false);
            if (id != 0 || result.Outcome != MvccOutcome.LeaseExists)
                return result;
        }
    }

    public RangeResult Range(RangeOperation operation)
    {
        lock (gate)
            return store.Range(operation);
    }

    public MvccResult Read(TxnOperation txn)
    {
        lock (gate)
            return store.Read(txn);
    }

    /// <summary>Renews a lease. The revision is from before the renewal, as clients may take it for a time when the
    /// lease surely lived.</summary>
    public (long Revision, long TtlSeconds) Renew(long id)
    {
        lock (gate)
        {
            var now = Now;
            Expire(now);
            WakeSenders();
            var revision = store.Revision;
            if (!deadlines.TryRenew(id, now))
                return (revision, 0);
            renewed++;
            return (revision, store.FindLease(id)!.TtlSeconds);
        }
    }

    /// <summary>A lease and what is left of it, and its keys if asked; null when there is none.</summary>
    public LeaseState? LeaseState(long id, bool withKeys)
    {
        lock (gate)
        {
            if (store.FindLease(id) is not { } lease)
                return null;
            var left = deadlines.Remaining(id, Now) ?? TimeSpan.Zero;
            return new LeaseState(lease.TtlSeconds, left, withKeys ? [.. lease.Keys] : []);
        }
    }

    /// <summary>The ids of all leases, the one that ends first leading.</summary>
    public IReadOnlyList<long> LeaseIds()
    {
        lock (gate)
        {
            var now = Now;
            return [.. store.Leases.OrderBy(lease => deadlines.Remaining(lease.Id, now)).Select(lease => lease.Id)];
        }
    }

    public WatchSession OpenWatch()
    {
        lock (gate)
        {
            var session = new WatchSession(this, hub.OpenStream(Now));
            sessions.Add(session.Stream.Id, session);
            return session;
        }
    }

    public void CloseWatch(WatchSession session)
    {
        lock (gate)
        {
            session.Stream.Close();
            sessions.Remove(session.Stream.Id);
        }
    }

    /// <summary>Runs a request on a watch stream.</summary>
    public void OnStream<TState>(WatchSession session, TState state, Action<WatchStream, TState> request)
    {
        lock (gate)
        {
            request(session.Stream, state);
            WakeSenders();
        }
    }

    /// <summary>Takes what a watch stream has to send; true when there is more.</summary>
    public bool Take(WatchSession session, List<WatchMessage> into, int limit)
    {
        lock (gate)
            return session.Stream.Take(into, limit);
    }

    /// <summary>Does what time asks for: ends leases, sends progress, lets watchers catch up.</summary>
    public void Poll(TimeSpan now)
    {
        lock (gate)
        {
            Expire(now);
            hub.Poll(now);
            WakeSenders();
        }
    }

    public StoreSnapshot Snapshot()
    {
        lock (gate)
        {
            return new StoreSnapshot(
                store.Revision,
                store.CompactedRevision,
                store.AppliedIndex,
                store.Statistics(),
                hub.StreamCount,
                hub.WatcherCount,
                hub.UnsyncedCount,
                granted,
                renewed,
                revoked,
                expired);
        }
    }

    private MvccResult Apply(MvccCommand command)
    {
        var result = store.Apply(store.AppliedIndex + 1, command);
        if (result.Outcome != MvccOutcome.Ok)
            return result;
        if (result is LeaseGrantResult grant)
        {
            deadlines.Start(grant.Id, TimeSpan.FromSeconds(grant.TtlSeconds), Now);
            granted++;
        }
        else if (command is LeaseRevokeCommand revoke)
        {
            deadlines.Stop(revoke.Id);
            revoked++;
        }
        while (command is CompactCommand && store.CompactStep(int.MaxValue))
        {
        }
        hub.Publish();
        return result;
    }

    private void Expire(TimeSpan now)
    {
        foreach (var id in deadlines.TakeDue(now, MaxExpiriesPerPoll))
        {
            Apply(new LeaseRevokeCommand(id));
            expired++;
        }
    }

    /// <summary>Resumes the senders of the streams that have news. They resume on the pool, so none runs under the
    /// lock.</summary>
    private void WakeSenders()
    {
        foreach (var stream in hub.TakeSignaled())
            sessions.GetValueOrDefault(stream.Id)?.Signal.Set();
    }
}
