namespace Divvy.Consensus.Mvcc.Leases;

/// <summary>The leases, as replicated by the log.</summary>
internal sealed class LeaseBook(long minTtlSeconds)
{
    /// <summary>etcd's limit, some 285 years.</summary>
    public const long MaxTtlSeconds = 9_000_000_000;

    private readonly SortedDictionary<long, Lease> leases = [];

    public IReadOnlyCollection<Lease> All => leases.Values;

    public Lease? Find(long id) => leases.GetValueOrDefault(id);

    /// <summary>Adds a lease; one shorter than the minimum is raised to it.</summary>
    public MvccOutcome Grant(long id, long ttlSeconds, out Lease? lease)
    {
        lease = null;
        if (id == 0)
            return MvccOutcome.LeaseNotFound;
        if (ttlSeconds > MaxTtlSeconds)
            return MvccOutcome.LeaseTtlTooLarge;
        if (leases.ContainsKey(id))
            return MvccOutcome.LeaseExists;
        lease = new Lease(id, Math.Max(ttlSeconds, minTtlSeconds));
        leases.Add(id, lease);
        return MvccOutcome.Ok;
    }

    /// <summary>Adds a lease as it was exported; false when it is there already.</summary>
    public bool TryLoad(long id, long ttlSeconds, long checkpointSeconds) =>
        leases.TryAdd(id, new Lease(id, ttlSeconds) { CheckpointSeconds = checkpointSeconds });

    public void Remove(long id) => leases.Remove(id);

    /// <summary>Moves a key from the lease it hangs on to another; 0 is none.</summary>
    public void Move(byte[] key, long from, long to)
    {
        if (from == to)
            return;
        Find(from)?.Detach(key);
        Find(to)?.Attach(key);
    }
}
