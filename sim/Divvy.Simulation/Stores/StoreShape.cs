using Divvy.Consensus.Mvcc.Watching;
using Divvy.Simulation.World;

namespace Divvy.Simulation.Stores;

/// <summary>How the members of a run's store are set up: drawn from its seed, so that small logs, short leases and slow
/// heartbeats all come up.</summary>
/// <param name="SegmentSize">Bytes of a segment of the log.</param>
/// <param name="SnapshotBytes">Bytes of log between two snapshots.</param>
/// <param name="Heartbeat">The leader's.</param>
/// <param name="Election">How long a member hears nothing before it looks for a leader.</param>
/// <param name="Keys">How many keys clients share.</param>
/// <param name="Think">Mean pause of a client between two calls.</param>
/// <param name="ClockSkew">How far wall clocks are off, at most.</param>
/// <param name="Trailing">Entries that members keep for those a little behind.</param>
internal sealed record StoreShape(
    long SegmentSize,
    long SnapshotBytes,
    TimeSpan Heartbeat,
    TimeSpan Election,
    int Keys,
    TimeSpan Think,
    TimeSpan ClockSkew,
    int Trailing)
{
    /// <summary>The alarm never comes.</summary>
    public const long RoomyQuota = 2L << 30;

    /// <summary>Bytes of log entries in one message to a member.</summary>
    public ulong AppendBytes { get; init; } = 1 << 20;

    /// <summary>How much may wait for a watcher, and how much is read at once for one that is behind.</summary>
    public WatchLimits Watches { get; init; } = new();

    /// <summary>What the store may take before it raises its alarm.</summary>
    public long QuotaBytes { get; init; } = RoomyQuota;

    /// <summary>Bytes that each value has beyond those that make it different from all others: with many of them a
    /// write to the log is several sectors, of which a crash keeps some.</summary>
    public int Padding { get; init; }

    /// <summary>Clients that hold leases for long.</summary>
    public int Owners { get; init; }

    /// <summary>How much longer messages between one of the members and the others take, while clients are near to
    /// all: what that one hears is a little old.</summary>
    public TimeSpan Distance { get; init; }

    public static StoreShape Draw(SimRandom random)
    {
        var heartbeat = TimeSpan.FromMilliseconds(random.Pick([20, 50, 100, 100]));
        var election = heartbeat * random.Pick([5, 10, 10]);
        var quota = random.Pick([RoomyQuota, RoomyQuota, RoomyQuota, 100_000L]);
        return new StoreShape(
            random.Pick([4 << 10, 16 << 10, 64 << 10, 1 << 20]),
            random.Pick([4 << 10, 16 << 10, 64 << 10, 1 << 20]),
            heartbeat,
            election,
            random.Pick([1, 3, 10, 30]),
            TimeSpan.FromMilliseconds(random.Pick([2, 10, 50])),
            TimeSpan.FromSeconds(random.Pick([0, 1, 100])),
            random.Pick([5, 30, 200, 5000]))
        {
            AppendBytes = random.Pick([1ul, 1ul, 300ul, 1ul << 20]),
            Watches = DrawWatches(random),
            QuotaBytes = quota,
            Owners = random.Pick([0, 1, 1, 3]),
            Padding = random.Pick([0, 0, 0, 600, 2000]),
            Distance = election * random.Pick([0, 0, 0.02, 0.1]),
        };
    }

    private static WatchLimits DrawWatches(SimRandom random)
    {
        var usual = new WatchLimits();
        return usual with
        {
            MaxQueuedMessages = random.Pick([1, 4, usual.MaxQueuedMessages, usual.MaxQueuedMessages]),
            MaxRevisionsPerMessage = random.Pick([1, 3, usual.MaxRevisionsPerMessage]),
            MaxCatchUpRecords = random.Pick([1, 10, usual.MaxCatchUpRecords]),
            ProgressInterval = random.Pick([TimeSpan.FromMilliseconds(200), usual.ProgressInterval]),
        };
    }

    public override string ToString() =>
        $"segments of {SegmentSize} bytes, snapshots after {SnapshotBytes}, {Trailing} entries kept,"
        + $" heartbeats of {Heartbeat.TotalMilliseconds} ms,"
        + $" elections after {Election.TotalMilliseconds} ms, {Keys} keys, think {Think.TotalMilliseconds} ms,"
        + $" messages of {AppendBytes} bytes, {Watches.MaxQueuedMessages} waiting for a watcher, quota {QuotaBytes},"
        + $" {Owners} owners of leases, {Padding} bytes more in each value,"
        + $" one member {Distance.TotalMilliseconds} ms away";
}
