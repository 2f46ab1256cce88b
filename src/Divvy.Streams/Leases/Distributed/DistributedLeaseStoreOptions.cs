using Divvy.Client.Hosting;
using Divvy.Core.Streams;
using Divvy.Streams.Kinesis;

namespace Divvy.Streams.Leases.Distributed;

/// <summary>How a <see cref="DistributedLeaseStore"/> works.</summary>
public sealed class DistributedLeaseStoreOptions
{
    /// <summary>The Divvy servers, such as <c>http://127.0.0.1:2379</c>; any of them will do. Nothing else has to be
    /// reachable: where the servers keep their state is their business.</summary>
    public required IReadOnlyList<Uri> Servers { get; init; }

    /// <summary>The namespace whose shards are the leases: the application's name. Workers that should share shards
    /// have
    /// the same. It is created when it does not exist; one that exists must have the layout <c>listed</c>.</summary>
    public required string Namespace { get; init; }

    /// <summary>This worker's id, unlike that of every other one that runs: 1 to 128 letters, digits, '-', '_', '.',
    /// ':'.</summary>
    public required string WorkerId { get; init; }

    /// <summary>The streams whose shards are shared out, at least one. With several, lease keys have the KCL's
    /// multi-stream form.</summary>
    public required IReadOnlyList<StreamIdentity> Streams { get; init; }

    /// <summary>Where shards are asked for.</summary>
    public required IShardSource Shards { get; init; }

    /// <summary>After how long without a sign a worker's leases are taken, counted when the namespace is created; an
    /// existing one keeps what it has. Null (default): what the servers were started with, 10 s unless told
    /// otherwise. 1
    /// s to 1 h.</summary>
    public TimeSpan? LeaseDuration { get; init; }

    /// <summary>How much this worker can carry relative to the others; above 0. Default 1.</summary>
    public double Capacity { get; init; } = 1;

    /// <summary>Whether a shard waits until its parents are finished. Default: yes; otherwise the order of one key's
    /// records is lost across splits and merges.</summary>
    public bool ParentsFirst { get; init; } = true;

    /// <summary>Where an application without leases begins. Default: the oldest record.</summary>
    public Checkpoint InitialPosition { get; init; } = Checkpoint.TrimHorizon;

    /// <summary>How often one of the workers compares shards and leases. Default 2 s: so soon is a resharding seen that
    /// no worker came upon itself. It costs one ListShards a stream, of which the service allows a thousand a
    /// second.</summary>
    public TimeSpan ShardSyncInterval { get; init; } = TimeSpan.FromSeconds(2);

    /// <summary>How often finished leases that nobody needs are deleted. Default: the KCL's 5 minutes.</summary>
    public TimeSpan CleanupInterval { get; init; } = TimeSpan.FromMinutes(5);

    /// <summary>How long a worker that stops waits until others have taken its leases one by one, before it gives up
    /// those that are left all at once. Default 30 s, the generic host's own limit for stopping.</summary>
    public TimeSpan DrainTimeout { get; init; } = TimeSpan.FromSeconds(30);

    /// <summary>How many leases may be begun or handed over at the same time. Default 64.</summary>
    public int MaxHandoversAtOnce { get; init; } = 64;

    /// <summary>Where time comes from; null: a monotonic clock that runs while the machine sleeps.</summary>
    public TimeProvider? TimeProvider { get; init; }

    /// <summary>The lease key of a shard of one of the streams.</summary>
    internal string KeyOf(StreamIdentity stream, string shard) => stream.LeaseKey(shard, Streams.Count > 1);

    /// <summary>The stream of a lease; null: a foreign one's.</summary>
    internal StreamIdentity? StreamOf(string leaseKey) => Streams.Count == 1
        ? leaseKey.Contains(':', StringComparison.Ordinal) ? null : Streams[0]
        : Streams.FirstOrDefault(stream => stream.Owns(leaseKey));

    /// <summary>The same for the host of the session.</summary>
    internal ShardHostOptions ToHostOptions() => new()
    {
        Namespace = Namespace,
        Servers = [.. Servers],
        InstanceId = WorkerId,
        TakesRequests = false,
        Capacity = Capacity,
        MaxConcurrentHandlers = MaxHandoversAtOnce,
        DrainTimeout = DrainTimeout,
        DrainLinger = TimeSpan.Zero,
    };

    /// <summary>Checks them.
    /// <exception cref="ArgumentException">Lists everything that is wrong.</exception></summary>
    internal void Validate()
    {
        var wrong = ShardHostOptionsValidator.Errors(ToHostOptions()).ToList();
        Require(Streams.Count > 0, $"{nameof(Streams)} is empty.");
        Require(
            LeaseDuration is not { } duration
                || (duration >= TimeSpan.FromSeconds(1) && duration <= TimeSpan.FromHours(1)),
            $"{nameof(LeaseDuration)} {LeaseDuration} is not 1 s to 1 h.");
        Require(
            ShardSyncInterval > TimeSpan.Zero, $"{nameof(ShardSyncInterval)} {ShardSyncInterval} is not above zero.");
        Require(CleanupInterval > TimeSpan.Zero, $"{nameof(CleanupInterval)} {CleanupInterval} is not above zero.");
        Require(!InitialPosition.IsRecord && !InitialPosition.IsShardEnd, $"{nameof(InitialPosition)} names a record.");
        if (wrong.Count > 0)
            throw new ArgumentException($"{nameof(DistributedLeaseStoreOptions)}: {string.Join(" ", wrong)}");

        void Require(bool holds, string otherwise)
        {
            if (!holds)
                wrong.Add(otherwise);
        }
    }
}
