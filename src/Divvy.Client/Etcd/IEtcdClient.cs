namespace Divvy.Client.Etcd;

/// <summary>An etcd v3 store, real or embedded. Thread-safe; keys are UTF-8 strings, values bytes.</summary>
/// <remarks>Every call but a watch ends within the client's timeout. It then throws <see cref="EtcdException"/>, whose
/// <see cref="EtcdException.OutcomeUnknown"/> says whether a write may have happened all the same. Calls wait for a
/// store that is down, electing, or reached by another endpoint, as long as the timeout allows.</remarks>
public interface IEtcdClient : IAsyncDisposable
{
    Task<RangeResult> GetAsync(
        EtcdRange range, GetOptions? options = null, CancellationToken cancellationToken = default);

    /// <summary>Writes a key and returns the revision at which it did.</summary>
    /// <param name="key">Not empty.</param>
    /// <param name="value">Copied before the call returns.</param>
    /// <param name="lease">The lease to hang it on; 0: none.</param>
    /// <param name="cancellationToken">Stops waiting; the write may still happen.</param>
    Task<long> PutAsync(
        string key, ReadOnlyMemory<byte> value, long lease = 0, CancellationToken cancellationToken = default);

    /// <param name="range">What to delete.</param>
    /// <param name="previous">Return the deleted keys.</param>
    /// <param name="cancellationToken">Stops waiting; the delete may still happen.</param>
    Task<DeleteResult> DeleteAsync(
        EtcdRange range, bool previous = false, CancellationToken cancellationToken = default);

    Task<TxnResult> TxnAsync(EtcdTxn txn, CancellationToken cancellationToken = default);

    /// <summary>Forgets the history before a revision; that revision itself stays readable.</summary>
    /// <param name="revision">Above the last compaction, not above the current revision.</param>
    /// <param name="physical">Return only when the space is free.</param>
    /// <param name="cancellationToken">Stops waiting.</param>
    Task CompactAsync(long revision, bool physical = false, CancellationToken cancellationToken = default);

    /// <param name="ttl">Rounded up to whole seconds; the store may raise it to its minimum.</param>
    /// <param name="id">0: the store chooses.</param>
    /// <param name="cancellationToken">Stops waiting; the lease may exist all the same and expires by itself.</param>
    Task<LeaseGrant> GrantAsync(TimeSpan ttl, long id = 0, CancellationToken cancellationToken = default);

    /// <summary>Ends a lease and deletes its keys. A lease that does not exist is fine: that is what was
    /// wanted.</summary>
    Task RevokeAsync(long id, CancellationToken cancellationToken = default);

    /// <summary>Renews a lease: sends the renewal after this call was made and returns only with the store's answer to
    /// it. The lease then lives at least the returned time counted from before the call. Null: the store does not know
    /// the lease (any more). An unknown outcome throws.</summary>
    Task<TimeSpan?> KeepAliveOnceAsync(long id, CancellationToken cancellationToken = default);

    /// <summary>Looks at a lease; null if the store does not know it (any more).</summary>
    /// <param name="id">Its id.</param>
    /// <param name="keys">Return the keys that hang on it.</param>
    /// <param name="cancellationToken">Stops waiting.</param>
    Task<LeaseInfo?> TimeToLiveAsync(long id, bool keys = false, CancellationToken cancellationToken = default);

    /// <summary>Delivers the changes of a range, each once, in order and without gaps, across lost connections and
    /// changes of endpoint. Waits without limit for a store that is away. If the history it needs was compacted, the
    /// last batch says so (<see cref="WatchBatch.IsCompacted"/>) and the enumeration ends.
    /// <exception cref="EtcdException">The store refuses the watch, for example for lack of permission.</exception>
    /// </summary>
    /// <remarks>Nothing is buffered here: a slow consumer slows the stream by flow control.</remarks>
    IAsyncEnumerable<WatchBatch> WatchAsync(
        EtcdRange range, WatchOptions options, CancellationToken cancellationToken = default);

    /// <summary>The state of the member behind one of the endpoints.</summary>
    /// <param name="endpoint">One of <see cref="Endpoints"/>; null: the one in use, or the next that answers.</param>
    /// <param name="cancellationToken">Stops waiting.</param>
    Task<StatusResult> StatusAsync(string? endpoint = null, CancellationToken cancellationToken = default);

    Task<IReadOnlyList<MemberInfo>> MembersAsync(CancellationToken cancellationToken = default);

    /// <summary>The endpoints the client was given, for messages to people and for <see cref="StatusAsync"/>.</summary>
    IReadOnlyList<string> Endpoints { get; }
}
