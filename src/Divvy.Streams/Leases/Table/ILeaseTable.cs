using Divvy.Core.Streams;

namespace Divvy.Streams.Leases.Table;

/// <summary>The table that leases are kept in, and the small one beside it by which workers know of each other. Each
/// call is one attempt. Thread-safe.</summary>
internal interface ILeaseTable
{
    /// <summary>Creates what is missing and waits until it can be used.</summary>
    Task PrepareAsync(CancellationToken cancellationToken);

    /// <summary>All leases; may be a moment old.</summary>
    Task<IReadOnlyList<StreamLease>> ReadAllAsync(CancellationToken cancellationToken);

    /// <summary>One lease as it is now; null: there is none.</summary>
    Task<StreamLease?> ReadAsync(string key, CancellationToken cancellationToken);

    /// <summary>Some leases as they are now, by key. A null: there is none; a key that is missing: it was not read,
    /// because the service had too much to do.</summary>
    /// <param name="keys">Any number, each once.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    Task<IReadOnlyDictionary<string, StreamLease?>> ReadAsync(
        IReadOnlyList<string> keys, CancellationToken cancellationToken);

    /// <summary>Makes a conditional write. Failures are answers, not exceptions.</summary>
    Task<LeaseAnswer> WriteAsync(LeaseWrite write, CancellationToken cancellationToken);

    /// <summary>Creates a lease unless there is one of this key.</summary>
    Task CreateAsync(StreamLease lease, CancellationToken cancellationToken);

    /// <summary>Deletes a lease if nobody has written it since.</summary>
    Task DeleteAsync(StreamLease lease, CancellationToken cancellationToken);

    /// <summary>All beats; may be a moment old.</summary>
    Task<IReadOnlyList<WorkerBeat>> ReadBeatsAsync(CancellationToken cancellationToken);

    /// <summary>Writes a beat. False: another process has the worker's id.</summary>
    /// <param name="beat">The beat.</param>
    /// <param name="isFirst">Whether it takes over the id from whatever process had it.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    Task<bool> BeatAsync(WorkerBeat beat, bool isFirst, CancellationToken cancellationToken);

    /// <summary>Deletes a worker's beat if it is still this one's.</summary>
    Task ForgetAsync(WorkerBeat beat, CancellationToken cancellationToken);
}
