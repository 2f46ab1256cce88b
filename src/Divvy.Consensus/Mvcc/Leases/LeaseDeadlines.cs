namespace Divvy.Consensus.Mvcc.Leases;

/// <summary>
/// When each lease ends, on the monotonic clock of the member that leads. None of this is replicated: a renewal costs
/// no place in the log, and a new leader starts every lease anew (<see cref="Restart"/>), which can only make it live
/// longer than it was promised. What is due is not removed here: the leader proposes a revoke, and the lease ends
/// everywhere when that is applied.
/// <para>The heap holds one entry a lease. A renewal leaves the entry where it is; an entry that comes up early is
/// put back at its lease's real deadline.</para>
/// </summary>
public sealed class LeaseDeadlines
{
    private readonly Dictionary<long, Entry> entries = [];
    private readonly PriorityQueue<Entry, (TimeSpan Deadline, long Id)> heap = new();

    public int Count => entries.Count;

    /// <summary>Starts to count a lease.</summary>
    public void Start(long id, TimeSpan ttl, TimeSpan now) => Add(id, ttl, now + ttl);

    /// <summary>Starts every lease of a store anew, from what its last checkpoint left or else from its full
    /// time.</summary>
    public void Restart(IEnumerable<Lease> leases, TimeSpan now)
    {
        entries.Clear();
        heap.Clear();
        foreach (var lease in leases)
        {
            var left = lease.CheckpointSeconds > 0 ? lease.CheckpointSeconds : lease.TtlSeconds;
            Add(lease.Id, TimeSpan.FromSeconds(lease.TtlSeconds), now + TimeSpan.FromSeconds(left));
        }
    }

    /// <summary>Gives a lease its full time again; false when it is unknown or over, revoked or not.</summary>
    public bool TryRenew(long id, TimeSpan now)
    {
        if (!entries.TryGetValue(id, out var entry) || entry.Deadline <= now)
            return false;
        entry.Deadline = now + entry.Ttl;
        return true;
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

    private void Add(long id, TimeSpan ttl, TimeSpan deadline)
    {
        var entry = new Entry(id, ttl) { Deadline = deadline };
        entries[id] = entry;
        heap.Enqueue(entry, (deadline, id));
    }

    private sealed class Entry(long id, TimeSpan ttl)
    {
        public long Id { get; } = id;

        public TimeSpan Ttl { get; } = ttl;

        public TimeSpan Deadline { get; set; }
    }
}
