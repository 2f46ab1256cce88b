using Divvy.Core.Streams;

namespace Divvy.Streams.Leases;

/// <summary>One worker's part in sharing out the shards of one or several streams: keeps its leases, takes and gives
/// them, and writes checkpoints that the store refuses when the lease has gone to somebody else.</summary>
/// <remarks>
/// <para>Two stores: the Java KCL's DynamoDB table, where every worker polls and takes; and the distributor, whose
/// controller assigns and tells. What they promise is the same: of two workers at most one can write a checkpoint of a
/// shard, the one whose term is newer. Finished leases are not granted; children are granted only when their parents
/// are finished, unless told otherwise.</para>
/// <para>Thread-safe. Whoever starts it disposes it; disposal without stopping leaves the leases to expire.</para>
/// </remarks>
public interface ILeaseStore : IAsyncDisposable
{
    /// <summary>Begins to take part: creates what is missing (table, namespace, leases of the shards), then grants
    /// leases to the holder until stopped.</summary>
    /// <exception cref="LeaseStoreException">The store cannot be used; says why and what to do.</exception>
    Task StartAsync(ILeaseHolder holder, CancellationToken cancellationToken);

    /// <summary>Gives up every lease as if each were asked for: yields, then lets others take at once, then leaves.
    /// </summary>
    Task StopAsync(CancellationToken cancellationToken);

    /// <summary>Writes how far the shard is processed. Checkpoints of one term never go back.</summary>
    /// <exception cref="LeaseLostException">The term is over.</exception>
    /// <exception cref="LeaseStoreException">The store did not answer; nothing is known about the write.</exception>
    ValueTask CheckpointAsync(LeaseTerm term, Checkpoint checkpoint, CancellationToken cancellationToken);

    /// <summary>Announces a checkpoint that is to be made later (first of two phases), with what the application wants
    /// back if it is not.</summary>
    /// <exception cref="LeaseLostException">The term is over.</exception>
    /// <exception cref="LeaseStoreException">The store did not answer; nothing is known about the write.</exception>
    ValueTask AnnounceCheckpointAsync(
        LeaseTerm term, Checkpoint checkpoint, ReadOnlyMemory<byte> state, CancellationToken cancellationToken);

    /// <summary>The shard's end was processed: the lease is finished, its children can be granted. The term
    /// ends.</summary>
    /// <param name="term">The holding.</param>
    /// <param name="children">What GetRecords named as children; empty when it named none: then they are asked
    /// for.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    /// <exception cref="LeaseLostException">The term is over.</exception>
    /// <exception cref="LeaseStoreException">The store did not answer; nothing is known about the write.</exception>
    ValueTask FinishAsync(
        LeaseTerm term, IReadOnlyList<StreamShard> children, CancellationToken cancellationToken);

    /// <summary>All leases as they are now, those of other workers and finished ones too.</summary>
    ValueTask<IReadOnlyList<StreamLease>> ListAsync(CancellationToken cancellationToken);
}
