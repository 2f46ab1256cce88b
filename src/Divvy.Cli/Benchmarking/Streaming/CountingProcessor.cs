using Divvy.Streams.Consuming;

namespace Divvy.Cli.Benchmarking.Streaming;

/// <summary>Does nothing with records but count them.</summary>
internal sealed class CountingProcessor(RecordCount count) : IRecordProcessor
{
    public Task InitializeAsync(ShardStart start, CancellationToken cancellationToken)
    {
        count.Begin();
        return Task.CompletedTask;
    }

    public Task ProcessAsync(ProcessorBatch batch, CancellationToken cancellationToken)
    {
        count.Add(batch.Records.Count);
        return Task.CompletedTask;
    }

    public Task LeaseLostAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task ShardEndedAsync(ICheckpointer checkpointer, CancellationToken cancellationToken) => Task.CompletedTask;

    public Task ShutdownRequestedAsync(ICheckpointer checkpointer, CancellationToken cancellationToken) =>
        Task.CompletedTask;
}
