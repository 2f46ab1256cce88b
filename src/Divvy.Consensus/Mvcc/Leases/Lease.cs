namespace Divvy.Consensus.Mvcc.Leases;

/// <summary>A lease as the log made it: how long it lasts and what hangs on it. When it ends is not here, because
/// only a leader counts time (<see cref="LeaseDeadlines"/>).</summary>
public sealed class Lease
{
    private readonly SortedSet<byte[]> keys = new(KeyOrder.Instance);

    internal Lease(long id, long ttlSeconds)
    {
        Id = id;
        TtlSeconds = ttlSeconds;
    }

    public long Id { get; }

    /// <summary>The granted time to live.</summary>
    public long TtlSeconds { get; }

    /// <summary>What was left at the last checkpoint; 0: none was taken since the grant.</summary>
    public long CheckpointSeconds { get; internal set; }

    /// <summary>The attached keys, in order.</summary>
    public IReadOnlyCollection<byte[]> Keys => keys;

    internal void Attach(byte[] key) => keys.Add(key);

    internal void Detach(byte[] key) => keys.Remove(key);
}
