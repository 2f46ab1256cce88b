using System.Runtime.CompilerServices;
using Divvy.Client.Etcd;

namespace Divvy.Simulation.Distribution;

/// <summary>A store whose watches can be held up while its calls go through: what stands between a server and its store
/// may have a queue for the one and none for the other, and so has the store itself. Nothing is lost by it. Transactions
/// can be stopped before they are sent, as a process can stand still at any place of its code.</summary>
internal sealed class HeldStore(IEtcdClient store) : IEtcdClient
{
    private TaskCompletionSource? held;
    private int holds;

    public IReadOnlyList<string> Endpoints => store.Endpoints;

    /// <summary>Asked before a transaction is sent, which waits for what it returns; null: for nothing.</summary>
    public Func<EtcdTxn, Task?>? BeforeTxn { get; init; }

    /// <summary>Holds the watches up until the result is called. Several times add up.</summary>
    public Action Hold()
    {
        held ??= new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        holds++;
        return () =>
        {
            if (--holds > 0)
                return;
            held?.SetResult();
            held = null;
        };
    }

    public async IAsyncEnumerable<WatchBatch> WatchAsync(
        EtcdRange range, WatchOptions options, [EnumeratorCancellation] CancellationToken cancellationToken = default)
    {
        await foreach (var batch in store.WatchAsync(range, options, cancellationToken).ConfigureAwait(false))
        {
            while (held is { } until)
                await until.Task.WaitAsync(cancellationToken).ConfigureAwait(false);
            yield return batch;
        }
    }

    public Task<RangeResult> GetAsync(
        EtcdRange range, GetOptions? options = null, CancellationToken cancellationToken = default) =>
        store.GetAsync(range, options, cancellationToken);

    public Task<long> PutAsync(
        string key, ReadOnlyMemory<byte> value, long lease = 0, CancellationToken cancellationToken = default) =>
        store.PutAsync(key, value, lease, cancellationToken);

    public Task<DeleteResult> DeleteAsync(
        EtcdRange range, bool previous = false, CancellationToken cancellationToken = default) =>
        store.DeleteAsync(range, previous, cancellationToken);

    public Task<TxnResult> TxnAsync(EtcdTxn txn, CancellationToken cancellationToken = default) =>
        BeforeTxn?.Invoke(txn) is { } until
            ? SendAfterAsync(until, txn)
            : store.TxnAsync(txn, cancellationToken);

    public Task CompactAsync(long revision, bool physical = false, CancellationToken cancellationToken = default) =>
        store.CompactAsync(revision, physical, cancellationToken);

    public Task<LeaseGrant> GrantAsync(TimeSpan ttl, long id = 0, CancellationToken cancellationToken = default) =>
        store.GrantAsync(ttl, id, cancellationToken);

    public Task RevokeAsync(long id, CancellationToken cancellationToken = default) =>
        store.RevokeAsync(id, cancellationToken);

    public Task<TimeSpan?> KeepAliveOnceAsync(long id, CancellationToken cancellationToken = default) =>
        store.KeepAliveOnceAsync(id, cancellationToken);

    public Task<LeaseInfo?> TimeToLiveAsync(
        long id, bool keys = false, CancellationToken cancellationToken = default) =>
        store.TimeToLiveAsync(id, keys, cancellationToken);

    public Task<StatusResult> StatusAsync(string? endpoint = null, CancellationToken cancellationToken = default) =>
        store.StatusAsync(endpoint, cancellationToken);

    public Task<IReadOnlyList<MemberInfo>> MembersAsync(CancellationToken cancellationToken = default) =>
        store.MembersAsync(cancellationToken);

    public ValueTask DisposeAsync() => store.DisposeAsync();

    /// <summary>Whoever is stopped here has looked before whether the call was taken back, and does not look again.
    /// </summary>
    private async Task<TxnResult> SendAfterAsync(Task until, EtcdTxn txn)
    {
        await until.ConfigureAwait(false);
        return await store.TxnAsync(txn, CancellationToken.None).ConfigureAwait(false);
    }
}
