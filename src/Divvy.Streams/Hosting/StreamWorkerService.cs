using Divvy.Streams.Consuming;
using Microsoft.Extensions.Hosting;

namespace Divvy.Streams.Hosting;

/// <summary>Runs a worker with its application: starts once the application has started, and hands the shards over
/// while the application's services still work.</summary>
internal sealed class StreamWorkerService(StreamWorker worker) : IHostedLifecycleService
{
    public Task StartingAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StartAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StartedAsync(CancellationToken cancellationToken) => worker.StartAsync(cancellationToken);

    public Task StoppingAsync(CancellationToken cancellationToken) => worker.StopAsync(cancellationToken);

    public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StoppedAsync(CancellationToken cancellationToken) => Task.CompletedTask;
}
