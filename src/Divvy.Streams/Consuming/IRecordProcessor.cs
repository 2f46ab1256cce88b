namespace Divvy.Streams.Consuming;

/// <summary>What an application does with the records of one shard. Every holding of a shard gets an object of its own,
/// from its own dependency injection scope, disposed after its last call.</summary>
/// <remarks>
/// <para>Calls come one after the other: <see cref="InitializeAsync"/>; <see cref="ProcessAsync"/> for each batch; and
/// one of <see cref="ShardEndedAsync"/>, <see cref="ShutdownRequestedAsync"/> or <see cref="LeaseLostAsync"/>. When
/// initialization failed, none of the three is called.</para>
/// <para>Delivery is at least once: records behind the last checkpoint are delivered again to the next holder. Of two
/// workers at most one can write a checkpoint.</para>
/// <para>Every token is cancelled when the lease is lost. A call that does not return then keeps its thread and its
/// memory, and is reported; it cannot keep the lease.</para>
/// </remarks>
public interface IRecordProcessor
{
    /// <summary>The shard is this worker's from now on. When it throws it is tried again with a new object.</summary>
    Task InitializeAsync(ShardStart start, CancellationToken cancellationToken);

    /// <summary>Handles records, in the shard's order. When it throws the poison policy decides
    /// (<see cref="PoisonOptions"/>): the batch comes again, without the records that were checkpointed meanwhile.
    /// </summary>
    /// <exception cref="RecordFailedException">Thrown by the implementation: that record failed, those before it in the
    /// batch are done and do not come again.</exception>
    Task ProcessAsync(ProcessorBatch batch, CancellationToken cancellationToken);

    /// <summary>The lease is gone without a handover: nothing can be checkpointed, another worker goes on already. Free
    /// what belongs to the shard.</summary>
    Task LeaseLostAsync(CancellationToken cancellationToken);

    /// <summary>The shard is closed and all its records were processed. After this returns the lease is finished and
    /// its children may begin. When it throws it is called again.</summary>
    Task ShardEndedAsync(ICheckpointer checkpointer, CancellationToken cancellationToken);

    /// <summary>Another worker is to have the shard, or this one stops. Finish what is under way and checkpoint: what
    /// is not checkpointed here is delivered again there. The next worker waits for the return.</summary>
    Task ShutdownRequestedAsync(ICheckpointer checkpointer, CancellationToken cancellationToken);
}
