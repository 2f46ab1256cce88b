using Divvy.Streams.Consuming;
using Divvy.Streams.Leases;

namespace Divvy.Cli.Streams.Consuming;

/// <summary>What <c>divvy stream consume</c> does with records: counts them, writes them into the journal, checkpoints
/// now and then, and before a shard is handed over.</summary>
/// <param name="tally">What the processors of the worker share.</param>
/// <param name="checkpointEach">The shortest time from one checkpoint of a shard to the next.</param>
/// <param name="batchTime">What a batch takes besides, as that of a processor that has more to do would.</param>
/// <param name="time">The clock.</param>
internal sealed class ConsumeProcessor(
    ConsumeTally tally, TimeSpan checkpointEach, TimeSpan batchTime, TimeProvider time)
    : IRecordProcessor
{
    private string shard = "";
    private long checkpointed;

    public Task InitializeAsync(ShardStart start, CancellationToken cancellationToken)
    {
        shard = start.Shard;
        checkpointed = time.GetTimestamp();
        tally.Note(ConsumeEvent.Began, shard);
        return Task.CompletedTask;
    }

    public async Task ProcessAsync(ProcessorBatch batch, CancellationToken cancellationToken)
    {
        tally.Process(shard, batch.Records);
        // Work that is begun is finished, as most is: a cancelled token does not cut it short.
        if (batchTime > TimeSpan.Zero)
            await Task.Delay(batchTime, time, CancellationToken.None);
        if (time.GetElapsedTime(checkpointed) < checkpointEach)
            return;
        checkpointed = time.GetTimestamp();
        await CheckpointAsync(batch.Checkpointer);
    }

    public Task LeaseLostAsync(CancellationToken cancellationToken)
    {
        tally.Note(ConsumeEvent.Lost, shard);
        return Task.CompletedTask;
    }

    public Task ShardEndedAsync(ICheckpointer checkpointer, CancellationToken cancellationToken)
    {
        tally.Note(ConsumeEvent.Ended, shard);
        return Task.CompletedTask;
    }

    public async Task ShutdownRequestedAsync(ICheckpointer checkpointer, CancellationToken cancellationToken)
    {
        await CheckpointAsync(checkpointer);
        tally.Note(ConsumeEvent.Gave, shard);
    }

    /// <summary>Without the call's token: that of a lost lease is cancelled, and it is the lease store's answer that
    /// the journal is to have.</summary>
    private async Task CheckpointAsync(ICheckpointer checkpointer)
    {
        try
        {
            await checkpointer.CheckpointAsync(CancellationToken.None);
            tally.Note(ConsumeEvent.Checkpointed, shard);
        }
        catch (LeaseLostException)
        {
            tally.Note(ConsumeEvent.Refused, shard);
            throw;
        }
    }
}
