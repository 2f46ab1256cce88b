using Divvy.Streams.Consuming;
using Divvy.Streams.Leases;

namespace Divvy.Cli.Streams.Consuming;

/// <summary>What <c>divvy stream consume</c> does with records: counts them, writes them into the journal, checkpoints
/// now and then, and before a shard is handed over.</summary>
internal sealed class ConsumeProcessor(ConsumeTally tally, TimeSpan checkpointEach, TimeProvider time)
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
        if (time.GetElapsedTime(checkpointed) < checkpointEach)
            return;
        checkpointed = time.GetTimestamp();
        await CheckpointAsync(batch.Checkpointer, cancellationToken);
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
        await CheckpointAsync(checkpointer, cancellationToken);
        tally.Note(ConsumeEvent.Gave, shard);
    }

    private async Task CheckpointAsync(ICheckpointer checkpointer, CancellationToken cancellationToken)
    {
        try
        {
            await checkpointer.CheckpointAsync(cancellationToken);
        }
        catch (LeaseLostException)
        {
            tally.Note(ConsumeEvent.Refused, shard);
            throw;
        }
    }
}
