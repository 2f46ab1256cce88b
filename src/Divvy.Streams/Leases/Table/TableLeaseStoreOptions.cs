using Amazon.DynamoDBv2;
using Divvy.Core.Streams;
using Divvy.Streams.Kinesis;

namespace Divvy.Streams.Leases.Table;

/// <summary>How a <see cref="TableLeaseStore"/> works.</summary>
public sealed class TableLeaseStoreOptions
{
    /// <summary>Name of the application: of the lease table. Workers that should share shards have the same.</summary>
    public required string ApplicationName { get; init; }

    /// <summary>This worker's id, unlike that of every other one that runs. One that stays the same across restarts
    /// takes back its leases at once.</summary>
    public required string WorkerId { get; init; }

    /// <summary>The streams whose shards are shared out, at least one. With several, lease keys have the KCL's
    /// multi-stream form.</summary>
    public required IReadOnlyList<StreamIdentity> Streams { get; init; }

    /// <summary>Where shards are asked for.</summary>
    public required IShardSource Shards { get; init; }

    /// <summary>The client of DynamoDB; not disposed. Its retries should be off (<c>MaxErrorRetry = 0</c>): the store
    /// repeats what fails, and knows what must not be repeated blindly.</summary>
    public required IAmazonDynamoDB DynamoDb { get; init; }

    /// <summary>After how long without a sign a worker's leases are taken. All workers of an application must have the
    /// same; the KCL calls it failover time. Default: its 10 s. At least 1 s.</summary>
    public TimeSpan LeaseDuration { get; init; } = TimeSpan.FromSeconds(10);

    /// <summary>How often the table is read, at most a quarter of the lease duration. Default 0.8 s. Each reading is
    /// one eventually consistent scan: 0.5 read units for each 4 KB (about ten leases) and worker, and as much for the
    /// workers' table.</summary>
    public TimeSpan PollInterval { get; init; } = TimeSpan.FromMilliseconds(800);

    /// <summary>How long an owner that lives may take to hand over a lease. Default: the KCL's 30 s.</summary>
    public TimeSpan HandoffTimeout { get; init; } = TimeSpan.FromSeconds(30);

    /// <summary>How long a worker that stops waits for others to ask for its leases before it releases the rest.
    /// Default 5 s.</summary>
    public TimeSpan LeaveGrace { get; init; } = TimeSpan.FromSeconds(5);

    /// <summary>The most leases a worker should hold: <see cref="LeaseCap"/>. Default: no limit, as the
    /// KCL's.</summary>
    public int MaxLeasesPerWorker { get; init; } = int.MaxValue;

    /// <summary>The most leases a worker asks others for at a time. Default 10 (the KCL's: 1).</summary>
    public int MaxLeasesToStealAtOnce { get; init; } = 10;

    /// <summary>Writes of leases that may be under way at a time. Default 32.</summary>
    public int MaxWritesAtOnce { get; init; } = 32;

    /// <summary>Whether a shard waits until its parents are finished. Default: yes; otherwise the order of one key's
    /// records is lost across splits and merges.</summary>
    public bool ParentsFirst { get; init; } = true;

    /// <summary>Where an application without leases begins. Default: the oldest record.</summary>
    public Checkpoint InitialPosition { get; init; } = Checkpoint.TrimHorizon;

    /// <summary>How often one of the workers compares shards and leases. Default: 30 s; 1 s when parents need not come
    /// first, since then nobody else finds children before their parent's end.</summary>
    public TimeSpan? ShardSyncInterval { get; init; }

    /// <summary>How often finished leases that nobody needs are deleted. Default: the KCL's 5 minutes.</summary>
    public TimeSpan CleanupInterval { get; init; } = TimeSpan.FromMinutes(5);

    /// <summary>Where time comes from; only its monotonic clock and timers are used.</summary>
    public TimeProvider TimeProvider { get; init; } = TimeProvider.System;

    /// <summary>What the rules need of this.</summary>
    internal LeaseSettings Settings => new(WorkerId)
    {
        Duration = LeaseDuration,
        PollInterval = PollInterval,
        HandoffTimeout = HandoffTimeout,
        LeaveGrace = LeaveGrace,
        MaxLeases = MaxLeasesPerWorker,
        MaxAskedAtOnce = MaxLeasesToStealAtOnce,
        ParentsFirst = ParentsFirst,
    };

    internal TimeSpan SyncInterval => ShardSyncInterval ?? TimeSpan.FromSeconds(ParentsFirst ? 30 : 1);

    /// <summary>The lease key of a shard of one of the streams.</summary>
    internal string KeyOf(StreamIdentity stream, string shard) => stream.LeaseKey(shard, Streams.Count > 1);

    /// <summary>The stream of a lease; null: a foreign one's.</summary>
    internal StreamIdentity? StreamOf(string leaseKey)
    {
        if (Streams.Count == 1)
            return leaseKey.Contains(':', StringComparison.Ordinal) ? null : Streams[0];
        return Streams.FirstOrDefault(stream => stream.Owns(leaseKey));
    }

    /// <summary>Checks them.
    /// <exception cref="ArgumentException">Lists everything that is wrong.</exception></summary>
    internal void Validate()
    {
        var wrong = new List<string>();
        Require(!string.IsNullOrWhiteSpace(ApplicationName), $"{nameof(ApplicationName)} is empty");
        Require(!string.IsNullOrWhiteSpace(WorkerId), $"{nameof(WorkerId)} is empty");
        Require(Streams.Count > 0, $"{nameof(Streams)} is empty");
        Require(LeaseDuration >= TimeSpan.FromSeconds(1), $"{nameof(LeaseDuration)} {LeaseDuration} is below 1 s");
        Require(PollInterval > TimeSpan.Zero, $"{nameof(PollInterval)} {PollInterval} is not above zero");
        Require(
            PollInterval <= LeaseDuration / 4,
            $"{nameof(PollInterval)} {PollInterval} is above a quarter of {nameof(LeaseDuration)} {LeaseDuration}");
        Require(MaxLeasesPerWorker > 0, $"{nameof(MaxLeasesPerWorker)} {MaxLeasesPerWorker} is below 1");
        Require(MaxLeasesToStealAtOnce > 0, $"{nameof(MaxLeasesToStealAtOnce)} {MaxLeasesToStealAtOnce} is below 1");
        Require(MaxWritesAtOnce > 0, $"{nameof(MaxWritesAtOnce)} {MaxWritesAtOnce} is below 1");
        Require(!InitialPosition.IsRecord && !InitialPosition.IsShardEnd, $"{nameof(InitialPosition)} names a record");
        if (wrong.Count > 0)
            throw new ArgumentException($"{nameof(TableLeaseStoreOptions)}: {string.Join("; ", wrong)}");

        void Require(bool holds, string otherwise)
        {
            if (!holds)
                wrong.Add(otherwise);
        }
    }
}
