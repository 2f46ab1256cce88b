using Divvy.Streams.Consuming;
using Microsoft.Extensions.DependencyInjection;

namespace Divvy.Streams.Hosting;

/// <summary>A processor from a dependency injection scope of its own, which ends with it.</summary>
internal sealed class ScopedProcessor<TProcessor> : IRecordProcessor, IAsyncDisposable
    where TProcessor : class, IRecordProcessor
{
    private readonly AsyncServiceScope scope;
    private readonly TProcessor processor;

    public ScopedProcessor(IServiceScopeFactory scopes)
    {
        scope = scopes.CreateAsyncScope();
        try
        {
            processor = scope.ServiceProvider.GetRequiredService<TProcessor>();
        }
        catch
        {
            scope.Dispose();
            throw;
        }
    }

    public Task InitializeAsync(ShardStart start, CancellationToken cancellationToken) =>
        processor.InitializeAsync(start, cancellationToken);

    public Task ProcessAsync(ProcessorBatch batch, CancellationToken cancellationToken) =>
        processor.ProcessAsync(batch, cancellationToken);

    public Task LeaseLostAsync(CancellationToken cancellationToken) => processor.LeaseLostAsync(cancellationToken);

    public Task ShardEndedAsync(ICheckpointer checkpointer, CancellationToken cancellationToken) =>
        processor.ShardEndedAsync(checkpointer, cancellationToken);

    public Task ShutdownRequestedAsync(ICheckpointer checkpointer, CancellationToken cancellationToken) =>
        processor.ShutdownRequestedAsync(checkpointer, cancellationToken);

    public ValueTask DisposeAsync() => scope.DisposeAsync();
}
