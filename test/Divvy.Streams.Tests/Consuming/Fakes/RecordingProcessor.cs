using System.Text;
using Divvy.Streams.Consuming;
using Divvy.Streams.Kinesis;

namespace Divvy.Streams.Tests.Consuming.Fakes;

/// <summary>A processor that writes down its calls; a test says what they do besides.</summary>
internal sealed class RecordingProcessor(EventLog log, ProcessorScript script) : IRecordProcessor, IDisposable
{
    private string shard = "";

    public Task InitializeAsync(ShardStart start, CancellationToken cancellationToken)
    {
        shard = start.Shard;
        log.Add($"{shard} initialize");
        return script.Initialize(start, cancellationToken);
    }

    public async Task ProcessAsync(ProcessorBatch batch, CancellationToken cancellationToken)
    {
        await script.Process(batch, cancellationToken);
        foreach (var record in batch.Records)
            log.Add($"{shard} {TextOf(record)}");
        if (script.Checkpoints)
            await batch.Checkpointer.CheckpointAsync(cancellationToken);
    }

    public Task LeaseLostAsync(CancellationToken cancellationToken)
    {
        log.Add($"{shard} lost");
        return Task.CompletedTask;
    }

    public Task ShardEndedAsync(ICheckpointer checkpointer, CancellationToken cancellationToken)
    {
        log.Add($"{shard} ended");
        return script.ShardEnded();
    }

    public async Task ShutdownRequestedAsync(ICheckpointer checkpointer, CancellationToken cancellationToken)
    {
        log.Add($"{shard} shutdown");
        await script.Shutdown();
        await checkpointer.CheckpointAsync(cancellationToken);
    }

    public void Dispose() => log.Add($"{shard} disposed");

    public static string TextOf(StreamRecord record) => Encoding.UTF8.GetString(record.Data.Span);
}
