using Divvy.Core.Streams;
using Divvy.Streams.Leases;

namespace Divvy.Streams.Hosting;

/// <summary>A lease store that is made when it is first used, because making it may need an answer of the service. Owns
/// what it is made with. Thread-safe.</summary>
internal sealed class OpenedLeaseStore(
    Func<CancellationToken, Task<ILeaseStore>> open, params IDisposable[] owned) : ILeaseStore
{
    private readonly SemaphoreSlim opening = new(1);
    private ILeaseStore? store;

    public async Task StartAsync(ILeaseHolder holder, CancellationToken cancellationToken)
    {
        var opened = await OpenAsync(cancellationToken).ConfigureAwait(false);
        await opened.StartAsync(holder, cancellationToken).ConfigureAwait(false);
    }

    public Task StopAsync(CancellationToken cancellationToken) =>
        store?.StopAsync(cancellationToken) ?? Task.CompletedTask;

    public ValueTask CheckpointAsync(LeaseTerm term, Checkpoint checkpoint, CancellationToken cancellationToken) =>
        Opened.CheckpointAsync(term, checkpoint, cancellationToken);

    public ValueTask AnnounceCheckpointAsync(
        LeaseTerm term, Checkpoint checkpoint, ReadOnlyMemory<byte> state, CancellationToken cancellationToken) =>
        Opened.AnnounceCheckpointAsync(term, checkpoint, state, cancellationToken);

    public ValueTask FinishAsync(
        LeaseTerm term, IReadOnlyList<StreamShard> children, CancellationToken cancellationToken) =>
        Opened.FinishAsync(term, children, cancellationToken);

    public async ValueTask<IReadOnlyList<StreamLease>> ListAsync(CancellationToken cancellationToken)
    {
        var opened = await OpenAsync(cancellationToken).ConfigureAwait(false);
        return await opened.ListAsync(cancellationToken).ConfigureAwait(false);
    }

    public async ValueTask DisposeAsync()
    {
        if (store is not null)
            await store.DisposeAsync().ConfigureAwait(false);
        foreach (var one in owned)
            one.Dispose();
        opening.Dispose();
    }

    private ILeaseStore Opened => store ?? throw new InvalidOperationException("the lease store was not started");

    private async Task<ILeaseStore> OpenAsync(CancellationToken cancellationToken)
    {
        await opening.WaitAsync(cancellationToken).ConfigureAwait(false);
        try
        {
            return store ??= await open(cancellationToken).ConfigureAwait(false);
        }
        finally
        {
            opening.Release();
        }
    }
}
