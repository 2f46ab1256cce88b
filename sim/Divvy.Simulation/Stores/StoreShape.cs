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
    public static StoreShape Draw(SimRandom random)
    {
        var heartbeat = TimeSpan.FromMilliseconds(random.Pick([20, 50, 100, 100]));
        return new StoreShape(
            random.Pick([4 << 10, 16 << 10, 64 << 10, 1 << 20]),
            random.Pick([4 << 10, 16 << 10, 64 << 10, 1 << 20]),
            heartbeat,
            heartbeat * random.Pick([5, 10, 10]),
            random.Pick([1, 3, 10, 30]),
            TimeSpan.FromMilliseconds(random.Pick([2, 10, 50])),
            TimeSpan.FromSeconds(random.Pick([0, 1, 100])),
            random.Pick([5, 30, 200, 5000]));
    }

    public override string ToString() =>
        $"segments of {SegmentSize} bytes, snapshots after {SnapshotBytes}, {Trailing} entries kept,"
        + $" heartbeats of {Heartbeat.TotalMilliseconds} ms,"
        + $" elections after {Election.TotalMilliseconds} ms, {Keys} keys, think {Think.TotalMilliseconds} ms";
}
