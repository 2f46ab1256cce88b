namespace Divvy.Consensus.Mvcc;

/// <summary>What every member's store must agree on, because it decides results.</summary>
public sealed record MvccOptions
{
    /// <summary>Shorter leases are raised to this. etcd takes one and a half election timeouts, rounded up to a
    /// second: a lease that ends sooner would end in every change of leader.</summary>
    public long MinLeaseTtlSeconds { get; init; } = 1;
}
