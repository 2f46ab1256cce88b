using Divvy.Core.Streams;
using Divvy.Simulation.World;
using Divvy.Streams.Leases;
using Divvy.Streams.Leases.Table;

namespace Divvy.Simulation.Streams;

/// <summary>The lease tables as one process reaches them.</summary>
internal sealed class SimLeaseTable(SimLeaseService service, SimProcess process) : ILeaseTable
{
    public Task PrepareAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task<IReadOnlyList<StreamLease>> ReadAllAsync(CancellationToken cancellationToken) =>
        CallAsync<IReadOnlyList<StreamLease>>(() => [.. service.Leases.Values], cancellationToken);

    public Task<StreamLease?> ReadAsync(string key, CancellationToken cancellationToken) =>
        CallAsync(() => service.Leases.GetValueOrDefault(key), cancellationToken);

    public Task<IReadOnlyDictionary<string, StreamLease?>> ReadAsync(
        IReadOnlyList<string> keys, CancellationToken cancellationToken) =>
        CallAsync<IReadOnlyDictionary<string, StreamLease?>>(() => service.Read(keys), cancellationToken);

    public async Task<LeaseAnswer> WriteAsync(LeaseWrite write, CancellationToken cancellationToken)
    {
        try
        {
            return await service.CallAsync(process, () => service.Write(write), cancellationToken).ConfigureAwait(false);
        }
        catch (SimLeaseService.ThrottledException failure)
        {
            return new LeaseAnswer(LeaseOutcome.NotWritten, null, failure);
        }
        catch (OperationCanceledException failure)
        {
            return new LeaseAnswer(LeaseOutcome.Unknown, null, failure);
        }
    }

    public Task CreateAsync(StreamLease lease, CancellationToken cancellationToken) =>
        CallAsync(() => service.Create(lease), cancellationToken);

    public Task DeleteAsync(StreamLease lease, CancellationToken cancellationToken) =>
        CallAsync(() => service.Delete(lease), cancellationToken);

    public Task<IReadOnlyList<WorkerBeat>> ReadBeatsAsync(CancellationToken cancellationToken) =>
        CallAsync(service.Beats, cancellationToken);

    public Task<bool> BeatAsync(WorkerBeat beat, bool isFirst, CancellationToken cancellationToken) =>
        CallAsync(() => service.Beat(beat, isFirst), cancellationToken);

    public Task ForgetAsync(WorkerBeat beat, CancellationToken cancellationToken) =>
        CallAsync(() => service.Forget(beat), cancellationToken);

    private async Task<T> CallAsync<T>(Func<T> work, CancellationToken cancellationToken)
    {
        using var limit = new CancellationTokenSource(TimeSpan.FromSeconds(2), process.Clock);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(limit.Token, cancellationToken);
        try
        {
            return await service.CallAsync(process, work, either.Token).ConfigureAwait(false);
        }
        catch (Exception failure) when (failure is SimLeaseService.ThrottledException or OperationCanceledException)
        {
            throw new LeaseStoreException("the simulated table did not answer", failure);
        }
    }
}
