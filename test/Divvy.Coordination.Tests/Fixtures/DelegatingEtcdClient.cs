using Divvy.Client.Etcd;

namespace Divvy.Coordination.Tests.Fixtures;

/// <summary>Passes every call on; a test overrides the one it wants to disturb.</summary>
internal abstract class DelegatingEtcdClient(IEtcdClient inner) : IEtcdClient
{
    public IReadOnlyList<string> Endpoints => inner.Endpoints;

    public virtual IAsyncEnumerable<WatchBatch> WatchAsync(
        EtcdRange range, WatchOptions options, CancellationToken cancellationToken = default) =>
        inner.WatchAsync(range, options, cancellationToken);

    public virtual Task<TimeSpan?> KeepAliveOnceAsync(long id, CancellationToken cancellationToken = default) =>
        inner.KeepAliveOnceAsync(id, cancellationToken);

    public Task<RangeResult> GetAsync(EtcdRange range, GetOptions? options = null, CancellationToken cancellationToken = default) =>
        inner.GetAsync(range, options, cancellationToken);

    public Task<long> PutAsync(
        string key, ReadOnlyMemory<byte> value, long lease = 0, CancellationToken cancellationToken = default) =>
        inner.PutAsync(key, value, lease, cancellationToken);

    public Task<DeleteResult> DeleteAsync(EtcdRange range, bool previous = false, CancellationToken cancellationToken = default) =>
        inner.DeleteAsync(range, previous, cancellationToken);

    public virtual Task<TxnResult> TxnAsync(EtcdTxn txn, CancellationToken cancellationToken = default) =>
        inner.TxnAsync(txn, cancellationToken);

    public Task CompactAsync(long revision, bool physical = false, CancellationToken cancellationToken = default) =>
        inner.CompactAsync(revision, physical, cancellationToken);

    public Task<LeaseGrant> GrantAsync(TimeSpan ttl, long id = 0, CancellationToken cancellationToken = default) =>
        inner.GrantAsync(ttl, id, cancellationToken);

    public Task RevokeAsync(long id, CancellationToken cancellationToken = default) => inner.RevokeAsync(id, cancellationToken);

    public Task<LeaseInfo?> TimeToLiveAsync(long id, bool keys = false, CancellationToken cancellationToken = default) =>
        inner.TimeToLiveAsync(id, keys, cancellationToken);

    public Task<StatusResult> StatusAsync(string? endpoint = null, CancellationToken cancellationToken = default) =>
        inner.StatusAsync(endpoint, cancellationToken);

    public Task<IReadOnlyList<MemberInfo>> MembersAsync(CancellationToken cancellationToken = default) =>
        inner.MembersAsync(cancellationToken);

    public ValueTask DisposeAsync() => inner.DisposeAsync();
}
