namespace Divvy.Consensus.Mvcc.Leases;

/// <summary>
/// When each lease ends, on the monotonic clock of the member that leads. None of this is replicated: a renewal costs
/// no place in the log, and a new leader starts every lease anew (<see cref="Restart"/>), which can only make it live
/// longer than it was promised. What is due is not removed here: the leader proposes a revoke, and the lease ends
/// everywhere when that is applied.
/// <para>The heap holds one entry a lease. A renewal leaves the entry where it is; an entry that comes up early is
/// put back at its lease's real deadline.</para>
/// <para><b>Checkpoints.</b> So that changes of leader do not keep a long lease alive for ever, what is left of it goes
/// into the log now and then (<see cref="TakeCheckpoints"/>). A checkpoint must not outlast a renewal: the next leader
/// would count from it and end the lease before the time that was promised. So a lease knows how many checkpoints were
/// taken since its last clean renewal (<see cref="Mark"/>); while there are any, a renewal is only to be answered once
/// a checkpoint of zero, which means the full time, has been applied behind them (<see cref="Cleared"/>). Renewals of
/// leases without a checkpoint stay free of the log, and a lease that is renewed in time never gets one.</para>
/// </summary>
/// <param name="checkpointInterval">How long a lease goes on without a renewal or a checkpoint before it gets one;
/// leases with no more than this left get none. Null: no lease does.</param>
public sealed class LeaseDeadlines(TimeSpan? checkpointInterval = null)
{
    private readonly TimeSpan checkpointInterval = checkpointInterval ?? TimeSpan.MaxValue;
    private readonly Dictionary<long, Entry> entries = [];
    private readonly PriorityQueue<Entry, (TimeSpan Deadline, long Id)> heap = new();
    private readonly PriorityQueue<Entry, (TimeSpan Due, long Id)> checkpoints = new();

    public int Count => entries.Count;

    /// <summary>Starts to count a lease.</summary>
    public void Start(long id, TimeSpan ttl, TimeSpan now) => Add(id, ttl, now + ttl, now);

    /// <summary>Starts every lease of a store anew, from what its last checkpoint left or else from its full
    /// time.</summary>
    public void Restart(IEnumerable<Lease> leases, TimeSpan now)
    {
        // A checkpoint of the same leader may still be on its way through the log.
        var marks = entries.Where(entry => entry.Value.Mark > 0)
            .ToDictionary(entry => entry.Key, entry => entry.Value.Mark);
        entries.Clear();
        heap.Clear();
        checkpoints.Clear();
        foreach (var lease in leases)
        {
            var left = lease.CheckpointSeconds > 0 ? lease.CheckpointSeconds : lease.TtlSeconds;
            var entry = Add(
                lease.Id, TimeSpan.FromSeconds(lease.TtlSeconds), now + TimeSpan.FromSeconds(left), now);
            entry.Mark = Math.Max(marks.GetValueOrDefault(lease.Id), lease.CheckpointSeconds > 0 ? 1 : 0);
        }
    }

    /// <summary>Gives a lease its full time again; false when it is unknown or over, revoked or not.</summary>
    public bool TryRenew(long id, TimeSpan now)
    {
        if (!entries.TryGetValue(id, out var entry) || entry.Deadline <= now)
            return false;
        entry.Deadline = now + entry.Ttl;
        Schedule(entry, now);
        return true;
    }

    /// <summary>Above zero when a checkpoint of the lease was taken since it was last cleared: then the renewal that
    /// was just made is to be answered only after <see cref="Cleared"/>.</summary>
    public int Mark(long id) => entries.GetValueOrDefault(id)?.Mark ?? 0;

    /// <summary>A checkpoint was applied; it may be one that an earlier leader took.</summary>
    public void Marked(long id)
    {
        if (entries.TryGetValue(id, out var entry))
            entry.Mark = Math.Max(entry.Mark, 1);
    }

    /// <summary>A checkpoint of zero was applied that was proposed when the lease's mark was this. One that was taken
    /// meanwhile still counts.</summary>
    public void Cleared(long id, int mark)
    {
        if (entries.TryGetValue(id, out var entry) && entry.Mark == mark)
            entry.Mark = 0;
    }

    /// <summary>The leases that are due for a checkpoint, at most so many, and what is left of each, in whole seconds
    /// rounded up. Each is due again after another interval.</summary>
    public IReadOnlyList<(long Id, long LeftSeconds)> TakeCheckpoints(TimeSpan now, int limit)
    {
        List<(long, long)>? due = null;
        while ((due?.Count ?? 0) < limit && checkpoints.TryPeek(out var entry, out var at) && at.Due <= now)
        {
            checkpoints.Dequeue();
            entry.IsScheduled = false;
            if (entries.GetValueOrDefault(entry.Id) != entry || entry.Deadline <= now)
                continue;
            if (entry.CheckpointDue > now)
            {
                Enqueue(entry);
                continue;
            }

            entry.Mark++;
            (due ??= []).Add((entry.Id, (long)Math.Ceiling((entry.Deadline - now).TotalSeconds)));
            Schedule(entry, now);
        }
        return due ?? [];
    }

    /// <summary>What is left of a lease; zero when it is over, null when it is unknown.</summary>
    public TimeSpan? Remaining(long id, TimeSpan now) =>
        entries.TryGetValue(id, out var entry)
            ? entry.Deadline > now ? entry.Deadline - now : TimeSpan.Zero
            : null;

    /// <summary>Forgets a lease that was revoked.</summary>
    public void Stop(long id) => entries.Remove(id);

    /// <summary>The leases that are over, at most so many, soonest first. Each is given out once; the
    /// caller stops it when its revoke was applied, or hands it back with <see cref="Rearm"/> when that was
    /// lost.</summary>
    public IReadOnlyList<long> TakeDue(TimeSpan now, int limit)
    {
        List<long>? due = null;
        while ((due?.Count ?? 0) < limit && heap.TryPeek(out var entry, out var at) && at.Deadline <= now)
        {
            heap.Dequeue();
            if (entries.GetValueOrDefault(entry.Id) != entry)
                continue;
            if (entry.Deadline > now)
                heap.Enqueue(entry, (entry.Deadline, entry.Id));
            else
                (due ??= []).Add(entry.Id);
        }
        return due ?? [];
    }

    /// <summary>Makes a lease due again whose revoke was proposed and lost.</summary>
    public void Rearm(long id)
    {
        if (entries.TryGetValue(id, out var entry))
            heap.Enqueue(entry, (entry.Deadline, id));
    }

    private Entry Add(long id, TimeSpan ttl, TimeSpan deadline, TimeSpan now)
    {
        var entry = new Entry(id, ttl) { Deadline = deadline };
        entries[id] = entry;
        heap.Enqueue(entry, (deadline, id));
        Schedule(entry, now);
        return entry;
    }

    private void Schedule(Entry entry, TimeSpan now)
    {
        if (entry.Deadline - now <= checkpointInterval)
            return;
        entry.CheckpointDue = now + checkpointInterval;
        if (!entry.IsScheduled)
            Enqueue(entry);
    }

    private void Enqueue(Entry entry)
    {
        entry.IsScheduled = true;
        checkpoints.Enqueue(entry, (entry.CheckpointDue, entry.Id));
    }

    private sealed class Entry(long id, TimeSpan ttl)
    {
        public long Id { get; } = id;

        public TimeSpan Ttl { get; } = ttl;

        public TimeSpan Deadline { get; set; }

        public TimeSpan CheckpointDue { get; set; }

        /// <summary>It has its place among the checkpoints to come.</summary>
        public bool IsScheduled { get; set; }

        public int Mark { get; set; }
    }
}
