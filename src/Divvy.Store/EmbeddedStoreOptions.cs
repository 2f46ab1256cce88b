using Divvy.Consensus.Mvcc;
using Divvy.Consensus.Mvcc.Watching;
using Divvy.Store.Failpoints;
using Divvy.Store.Metrics;
using Divvy.Store.Wal;

namespace Divvy.Store;

/// <summary>Settings of an <see cref="EmbeddedStore"/>.</summary>
public sealed record EmbeddedStoreOptions
{
    /// <summary>The member's name in MemberList. Default <c>default</c>, as etcd's.</summary>
    public string Name { get; init; } = "default";

    /// <summary>Id of the cluster in every answer's header; 0 (default): derived from the name.</summary>
    public ulong ClusterId { get; init; }

    /// <summary>Id of the member in every answer's header; 0 (default): derived from the name.</summary>
    public ulong MemberId { get; init; }

    /// <summary>The folder that the member keeps its log and snapshots in; made when it is missing, and held against
    /// a second process. Null (default): the store is in memory and ends with its process.</summary>
    public string? DataDirectory { get; init; }

    /// <summary>The members of a new cluster, this one among them by its name. Only a new data folder is made by it;
    /// one that is there knows its cluster. Default: this member alone.</summary>
    public IReadOnlyList<InitialMember> InitialCluster { get; init; } = [];

    /// <summary>How the member reaches the others; null (default): it is alone and stays so.</summary>
    public PeerOptions? Peers { get; init; }

    /// <summary>Goes into the ids of a new cluster, so that two clusters made of the same addresses are told
    /// apart.</summary>
    public string ClusterToken { get; init; } = "etcd-cluster";

    /// <summary>Bytes of log after which a snapshot is written, or the size of the last snapshot if that is more.
    /// From 4,096. Default 64 MiB.</summary>
    public long SnapshotBytes { get; init; } = 64 << 20;

    /// <summary>Places where faults can be injected. Default: ones of its own, all off.</summary>
    public FailpointRegistry Failpoints { get; init; } = new();

    /// <summary>How the log is laid out.</summary>
    public WalOptions Wal { get; init; } = new();

    /// <summary>Where clients reach the store, for MemberList. Default: none.</summary>
    public IReadOnlyList<string> AdvertiseClientUrls { get; init; } = [];

    /// <summary>Where peers would reach the store, for MemberList. Default: none.</summary>
    public IReadOnlyList<string> AdvertisePeerUrls { get; init; } = [];

    /// <summary>Shorter leases are raised to this; whole seconds, at least one. Default one second: a single member
    /// has no election that a lease would have to outlive.</summary>
    public TimeSpan MinLeaseTtl { get; init; } = TimeSpan.FromSeconds(1);

    /// <summary>How often what is left of a lease goes into the log while nobody renews it, so that a change of leader
    /// or a restart does not give it its full time again; leases with no more than this left are passed over. At least
    /// one second. Default five minutes, as etcd's.</summary>
    public TimeSpan LeaseCheckpointInterval { get; init; } = TimeSpan.FromMinutes(5);

    /// <summary>How often leases are checked for their end and idle watches for progress, from 1 ms. Default 100 ms; it
    /// bounds how late a lease ends.</summary>
    public TimeSpan PollInterval { get; init; } = TimeSpan.FromMilliseconds(100);

    /// <summary>Whether the store polls itself. Off, the owner calls <see cref="EmbeddedStore.Poll"/>. Default
    /// on.</summary>
    public bool PollInBackground { get; init; } = true;

    /// <summary>Largest writing request, in bytes. Default 1.5 MiB, as etcd's.</summary>
    public int MaxRequestBytes { get; init; } = 1536 * 1024;

    /// <summary>Most compares, and most operations of a branch, of a transaction. Default 128, as etcd's.</summary>
    public int MaxTxnOperations { get; init; } = RequestRules.DefaultMaxTxnOperations;

    /// <summary>Puts are refused while the records take more than this, by estimate; compaction frees what is
    /// superseded. Default 2 GiB, as etcd's.</summary>
    public long QuotaBytes { get; init; } = 2L * 1024 * 1024 * 1024;

    /// <summary>How often a leader lets its members know that it is there; the length of a tick of Raft. From 1 ms.
    /// Default 100 ms, as etcd's.</summary>
    public TimeSpan HeartbeatInterval { get; init; } = TimeSpan.FromMilliseconds(100);

    /// <summary>How long a member hears nothing from a leader before it looks for another; each wait is drawn from one
    /// to two of these. At least three heartbeats. Default one second, as etcd's.</summary>
    public TimeSpan ElectionTimeout { get; init; } = TimeSpan.FromSeconds(1);

    /// <summary>Learners that a cluster may have at once. Default 1, as etcd's.</summary>
    public int MaxLearners { get; init; } = 1;

    /// <summary>The running cluster that a new member joins instead of making one; see
    /// <see cref="JoinedCluster.AskAsync"/>. A data folder that is there knows its cluster. Default: none.</summary>
    public JoinedCluster? Join { get; init; }

    /// <summary>Applied entries that stay in memory for members that are a little behind; those further behind get a
    /// snapshot. etcd's is 5,000.</summary>
    internal int TrailingEntries { get; init; } = 5000;

    /// <summary>Bytes of log entries in one message to a member; at least one entry always goes. etcd's is 1 MiB.
    /// </summary>
    internal ulong MaxAppendBytes { get; init; } = 1 << 20;

    /// <summary>What the store counts as it works.</summary>
    internal StoreMetrics Metrics { get; init; } = new();

    /// <summary>What watches and disturbs the member.</summary>
    internal Instruments Instruments => new(Metrics, new MemberFailpoints(Failpoints));

    /// <summary>How long a request waits for a leader to take it and for a quorum to keep it; etcd's is five seconds
    /// and two election timeouts.</summary>
    internal TimeSpan RequestTimeout => TimeSpan.FromSeconds(5) + (2 * ElectionTimeout);

    /// <summary>Rounds of PBKDF2-HMAC-SHA-256 for a new password, from 1,000. Default 600,000, as OWASP
    /// advises.</summary>
    public int PasswordIterations { get; init; } = 600_000;

    /// <summary>Whether the listener checks client certificates against an authority, so that the common name in one
    /// says which user calls. A token goes before it. Default off.</summary>
    public bool TrustClientCertificates { get; init; }

    /// <summary>Bounds of watches. Default: etcd's numbers.</summary>
    public WatchLimits WatchLimits { get; init; } = new();

    /// <summary>Throws for values that cannot work.
    /// <exception cref="ArgumentException">Names every bad setting.</exception></summary>
    internal void Validate()
    {
        var errors = new List<string>();
        if (Name.Length == 0)
            errors.Add($"{nameof(Name)} is empty");
        if (MinLeaseTtl < TimeSpan.FromSeconds(1) || MinLeaseTtl.Ticks % TimeSpan.TicksPerSecond != 0)
            errors.Add($"{nameof(MinLeaseTtl)} is {MinLeaseTtl}: it must be whole seconds, at least one");
        if (LeaseCheckpointInterval < TimeSpan.FromSeconds(1))
        {
            errors.Add(
                $"{nameof(LeaseCheckpointInterval)} is {LeaseCheckpointInterval}: it must be at least one second");
        }

        if (PollInterval < TimeSpan.FromMilliseconds(1))
            errors.Add($"{nameof(PollInterval)} is {PollInterval}: it must be at least 1 ms");
        if (HeartbeatInterval < TimeSpan.FromMilliseconds(1))
            errors.Add($"{nameof(HeartbeatInterval)} is {HeartbeatInterval}: it must be at least 1 ms");
        else if (ElectionTimeout < 3 * HeartbeatInterval)
            errors.Add($"{nameof(ElectionTimeout)} is {ElectionTimeout}: it must be at least three heartbeats");
        if (InitialCluster.Count > 0 && InitialCluster.Count(member => member.Name == Name) != 1)
            errors.Add($"{nameof(InitialCluster)} must name this member, '{Name}', once");
        if (InitialCluster.Count > 0 && DataDirectory is null)
            errors.Add($"{nameof(InitialCluster)} needs {nameof(DataDirectory)}: members in memory would forget votes");
        if (InitialCluster.Count > 1 && Peers is null)
            errors.Add($"{nameof(InitialCluster)} has {InitialCluster.Count} members: {nameof(Peers)} must say how");
        if (Join is not null && (DataDirectory is null || Peers is null))
            errors.Add($"{nameof(Join)} needs {nameof(DataDirectory)} and {nameof(Peers)}");
        if (Join is not null && InitialCluster.Count > 0)
            errors.Add($"{nameof(Join)} and {nameof(InitialCluster)} exclude each other");
        if (SnapshotBytes < 4096)
            errors.Add($"{nameof(SnapshotBytes)} is {SnapshotBytes}: it must be at least 4,096");
        if (MaxLearners < 0)
            errors.Add($"{nameof(MaxLearners)} is {MaxLearners}: it must not be negative");
        if (MaxRequestBytes < 1)
            errors.Add($"{nameof(MaxRequestBytes)} is {MaxRequestBytes}: it must be positive");
        if (MaxTxnOperations < 1)
            errors.Add($"{nameof(MaxTxnOperations)} is {MaxTxnOperations}: it must be positive");
        if (QuotaBytes < 1)
            errors.Add($"{nameof(QuotaBytes)} is {QuotaBytes}: it must be positive");
        if (PasswordIterations < 1000)
            errors.Add($"{nameof(PasswordIterations)} is {PasswordIterations}: it must be at least 1,000");
        if (errors.Count > 0)
            throw new ArgumentException($"The store's options cannot work: {string.Join("; ", errors)}");
    }
}
