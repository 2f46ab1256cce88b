using Divvy.Core.Streams;

namespace Divvy.Streams.Leases;

/// <summary>One holding of one lease by this worker, from the moment it was granted until it is given up or lost. What
/// is written under a term that has ended is refused by the store.</summary>
/// <param name="stream">The stream's name.</param>
/// <param name="shard">The shard's id.</param>
/// <param name="lease">The lease as it was when it was granted: where to begin, what was announced.</param>
/// <param name="fence">Grows with every change of owner of this lease: for writes elsewhere. With the lease table it is
/// the counter at the time of taking; with the distributor the shard's generation.</param>
/// <param name="ended">Cancelled when the term is over for any reason.</param>
public sealed class LeaseTerm(string stream, string shard, StreamLease lease, long fence, CancellationToken ended)
{
    /// <summary>The stream's name.</summary>
    public string Stream { get; } = stream;

    /// <summary>The shard's id.</summary>
    public string Shard { get; } = shard;

    /// <summary>The lease as it was when it was granted.</summary>
    public StreamLease Lease { get; } = lease;

    /// <summary>A number that grows with every change of owner.</summary>
    public long Fence { get; } = fence;

    /// <summary>Cancelled when the term is over for any reason: yielded, finished, lost, worker stopped.</summary>
    public CancellationToken Ended { get; } = ended;
}
