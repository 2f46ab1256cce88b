using Divvy.Core.Streams;
using Divvy.Streams.Kinesis;
using Divvy.Streams.Leases;

namespace Divvy.Streams.Consuming;

/// <summary>Writes how far a shard is processed, fenced: once the lease has gone to another worker every write is
/// refused. Thread-safe; writes of one shard are made one after the other.</summary>
/// <remarks>All writes throw <see cref="LeaseLostException"/> when the lease is gone (let it pass: the worker ends the
/// shard) and <see cref="LeaseStoreException"/> when the store did not answer (let it pass: the batch comes again, and
/// this never makes a record poison).</remarks>
public interface ICheckpointer
{
    /// <summary>What is written down as processed.</summary>
    Checkpoint Written { get; }

    /// <summary>Everything that was delivered is processed: inside <see cref="IRecordProcessor.ProcessAsync"/> up to
    /// the end of its batch, elsewhere up to the last batch that succeeded. Writes nothing when nothing is new.
    /// </summary>
    ValueTask CheckpointAsync(CancellationToken cancellationToken);

    /// <summary>Everything up to and including this record is processed. Writes nothing when that is written down
    /// already.</summary>
    /// <exception cref="ArgumentException">The record was not delivered yet.</exception>
    ValueTask CheckpointAsync(StreamRecord record, CancellationToken cancellationToken);

    /// <summary>First of two phases: says that this record is about to be checkpointed. A holder that comes before the
    /// checkpoint does gets the state at its start (<see cref="ShardStart.PendingState"/>).</summary>
    /// <param name="record">A record that was delivered.</param>
    /// <param name="state">What the next holder needs to find out whether the work was done.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    /// <exception cref="ArgumentException">The record was not delivered yet.</exception>
    ValueTask AnnounceAsync(StreamRecord record, ReadOnlyMemory<byte> state, CancellationToken cancellationToken);
}
