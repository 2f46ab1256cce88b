using System.Runtime.CompilerServices;
using Divvy.Client.Etcd;

namespace Divvy.Coordination.Tests.Fixtures;

/// <summary>A client whose first watch does not reach the store before it is let go: the store moves on meanwhile.
/// </summary>
internal sealed class HeldWatchClient(IEtcdClient inner) : IEtcdClient
{
    private readonly TaskCompletionSource letGo = new(TaskCreationOptions.RunContinuationsAsynchronously);

    public TaskCompletionSource Asked { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);

    public IReadOnlyList<string> Endpoints => inner.Endpoints;

    public void LetGo() => letGo.SetResult();

    public async IAsyncEnumerable<WatchBatch> WatchAsync(
        EtcdRange range, WatchOptions options, [EnumeratorCancellation] CancellationToken cancellationToken = default)
    {
        Asked.TrySetResult();
        await letGo.Task.WaitAsync(cancellationToken);
        await foreach (var batch in inner.WatchAsync(range, options, cancellationToken))
            yield return batch;
    }

    public Task<RangeResult> GetAsync(EtcdRange range, GetOptions? options, CancellationToken cancellationToken) =>
        inner.GetAsync(range, options, cancellationToken);

    public Task<long> PutAsync(
        string key, ReadOnlyMemory<byte> value, long lease, CancellationToken cancellationToken) =>
        inner.PutAsync(key, value, lease, cancellationToken);

    public Task<DeleteResult> DeleteAsync(EtcdRange range, bool previous, CancellationToken cancellationToken) =>
        inner.DeleteAsync(range, previous, cancellationToken);

    public Task<TxnResult> TxnAsync(EtcdTxn txn, CancellationToken cancellationToken) =>
        inner.TxnAsync(txn, cancellationToken);

    public Task CompactAsync(long revision, bool physical, CancellationToken cancellationToken) =>
        inner.CompactAsync(revision, physical, cancellationToken);

    public Task<LeaseGrant> GrantAsync(TimeSpan ttl, long id, CancellationToken cancellationToken) =>
        inner.GrantAsync(ttl, id, cancellationToken);

    public Task RevokeAsync(long id, CancellationToken cancellationToken) => inner.RevokeAsync(id, cancellationToken);

    public Task<TimeSpan?> KeepAliveOnceAsync(long id, CancellationToken cancellationToken) =>
        inner.KeepAliveOnceAsync(id, cancellationToken);

    public Task<LeaseInfo?> TimeToLiveAsync(long id, bool keys, CancellationToken cancellationToken) =>
        inner.TimeToLiveAsync(id, keys, cancellationToken);

    public Task<StatusResult> StatusAsync(string? endpoint, CancellationToken cancellationToken) =>
        inner.StatusAsync(endpoint, cancellationToken);

    public Task<IReadOnlyList<MemberInfo>> MembersAsync(CancellationToken cancellationToken) =>
        inner.MembersAsync(cancellationToken);

    public ValueTask DisposeAsync() => inner.DisposeAsync();
}
