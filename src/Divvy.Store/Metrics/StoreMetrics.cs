using Divvy.Telemetry.Prometheus;

namespace Divvy.Store.Metrics;

/// <summary>
/// What a member counts as it works, under etcd's names, so that dashboards and alerts made for etcd read it. Numbers
/// come from two places: what happens is recorded here by whoever does it (a sync, a proposal, a message), and what is
/// (a size, a revision, a role) is read when somebody asks, as a <see cref="MemberReading"/>. Recording is thread-safe,
/// takes no lock and allocates nothing once a series exists, so it may be called under any lock.
/// <para>Names, types, help texts and buckets are those of etcd 3.4.23. What Divvy has no counterpart of (bbolt's
/// phases, the v2 store, the gRPC proxy) is absent.</para>
/// </summary>
public sealed class StoreMetrics
{
    public WalMetrics Wal { get; } = new();

    public BackendMetrics Backend { get; } = new();

    public SnapshotMetrics Snapshots { get; } = new();

    public RaftMetrics Raft { get; } = new();

    public PeerMetrics Peers { get; } = new();

    public CompactionMetrics Compaction { get; } = new();

    public LeaseMetrics Leases { get; } = new();

    public WatchMetrics Watches { get; } = new();

    public HealthMetrics Health { get; } = new();

    public RpcMetrics Rpc { get; } = new();

    /// <summary>Everything counted, then what <paramref name="reading"/> says of the member and its process.</summary>
    internal void Write(ExpositionWriter writer, MemberReading reading)
    {
        Wal.Write(writer);
        Backend.Write(writer);
        Snapshots.Write(writer);
        Raft.Write(writer);
        Peers.Write(writer);
        Compaction.Write(writer);
        Leases.Write(writer);
        Watches.Write(writer);
        Health.Write(writer);
        Rpc.Write(writer);
        ReadingMetrics.Write(writer, reading);
        ProcessMetrics.Write(writer);
    }
}
