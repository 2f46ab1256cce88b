using Divvy.Core.Streams;
using Divvy.Streams.Kinesis;
using Divvy.Streams.Leases;

namespace Divvy.Streams.Consuming;

/// <summary>The checkpoints of one holding: one write at a time, never back, never beyond what was delivered.</summary>
internal sealed class TermCheckpointer(LeaseTerm term, ILeaseStore leases) : ICheckpointer, IDisposable
{
    private readonly SemaphoreSlim oneWrite = new(1);
    private readonly Lock gate = new();
    private Checkpoint written = term.Lease.Checkpoint;
    private Checkpoint? delivered;
    private Checkpoint? completed;
    private bool storeFailed;

    public Checkpoint Written
    {
        get
        {
            lock (gate)
                return written;
        }
    }

    /// <summary>Whether a write failed, for any reason, since this was asked last.</summary>
    public bool TakeStoreFailure()
    {
        lock (gate)
        {
            var failed = storeFailed;
            storeFailed = false;
            return failed;
        }
    }

    /// <summary>Records are given to the processor.</summary>
    public void Deliver(StreamRecord last)
    {
        lock (gate)
        {
            completed = CheckpointOf(last);
            if (delivered is null || delivered.Value.IsBefore(completed.Value))
                delivered = completed;
        }
    }

    /// <summary>What the processor is through with, after a call of it.</summary>
    public void Complete(StreamRecord? last)
    {
        lock (gate)
            completed = last is null ? null : CheckpointOf(last);
    }

    public ValueTask CheckpointAsync(CancellationToken cancellationToken)
    {
        Checkpoint? target;
        lock (gate)
            target = completed;
        return target is { } checkpoint ? WriteAsync(checkpoint, cancellationToken) : ValueTask.CompletedTask;
    }

    public ValueTask CheckpointAsync(StreamRecord record, CancellationToken cancellationToken) =>
        WriteAsync(Delivered(record), cancellationToken);

    public async ValueTask AnnounceAsync(
        StreamRecord record, ReadOnlyMemory<byte> state, CancellationToken cancellationToken)
    {
        var checkpoint = Delivered(record);
        await oneWrite.WaitAsync(cancellationToken).ConfigureAwait(false);
        try
        {
            await TryAsync(() => leases.AnnounceCheckpointAsync(term, checkpoint, state, cancellationToken))
                .ConfigureAwait(false);
        }
        finally
        {
            oneWrite.Release();
        }
    }

    public void Dispose() => oneWrite.Dispose();

    private async ValueTask WriteAsync(Checkpoint checkpoint, CancellationToken cancellationToken)
    {
        await oneWrite.WaitAsync(cancellationToken).ConfigureAwait(false);
        try
        {
            if (!Written.IsBefore(checkpoint))
                return;
            using var trace = ConsumerTraces.Checkpoint(term, checkpoint);
            await TryAsync(() => leases.CheckpointAsync(term, checkpoint, cancellationToken)).ConfigureAwait(false);
            lock (gate)
                written = checkpoint;
        }
        finally
        {
            oneWrite.Release();
        }
    }

    private async ValueTask TryAsync(Func<ValueTask> write)
    {
        try
        {
            if (term.Ended.IsCancellationRequested)
                throw new LeaseLostException($"the lease of shard {term.Shard} of stream {term.Stream} is over");
            await write().ConfigureAwait(false);
            ConsumerMetrics.Checkpoint(term.Stream, "ok");
        }
        catch (Exception failure)
        {
            lock (gate)
                storeFailed = true;
            ConsumerMetrics.Checkpoint(term.Stream, failure is LeaseLostException ? "refused" : "failed");
            throw;
        }
    }

    private Checkpoint Delivered(StreamRecord record)
    {
        ArgumentNullException.ThrowIfNull(record);
        var checkpoint = CheckpointOf(record);
        lock (gate)
        {
            if (delivered is { } limit && !limit.IsBefore(checkpoint))
                return checkpoint;
        }
        throw new ArgumentException(
            $"record {checkpoint} of shard {term.Shard} was not delivered in this holding", nameof(record));
    }

    private static Checkpoint CheckpointOf(StreamRecord record) => new(record.SequenceNumber, record.SubSequenceNumber);
}
