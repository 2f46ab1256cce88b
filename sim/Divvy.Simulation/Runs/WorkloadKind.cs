namespace Divvy.Simulation.Runs;

/// <summary>What a run simulates.</summary>
internal enum WorkloadKind
{
    /// <summary>Members of the embedded store and clients of its API.</summary>
    Store,

    /// <summary>Members of the store, servers, instances, routers and their callers.</summary>
    Distributor,

    /// <summary>Workers that share the shards of a stream by a lease table.</summary>
    Streams,
}
