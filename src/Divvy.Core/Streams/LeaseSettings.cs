namespace Divvy.Core.Streams;

/// <summary>How a worker deals with leases. All times are of its own monotonic clock.</summary>
/// <param name="Worker">The worker's id, unlike that of every other one.</param>
public sealed record LeaseSettings(string Worker)
{
    /// <summary>After how long without a change of its counter a lease counts as left by its owner. All workers of an
    /// application must have the same. Default: the KCL's 10 s.</summary>
    public TimeSpan Duration { get; init; } = TimeSpan.FromSeconds(10);

    /// <summary>How long before the end of <see cref="Duration"/> an owner gives up a lease it could not renew, for
    /// clocks that drift apart. Default: a twentieth.</summary>
    public TimeSpan FenceMargin => Duration / 20;

    /// <summary>How long after its last confirmed write a lease is renewed. Default: half the duration. A checkpoint is
    /// such a write. The KCL renews at a third; here a renewal that fails is repeated every <see cref="RetryAfter"/>,
    /// so half is early enough and costs a third less.</summary>
    public TimeSpan RenewAfter => Duration / 2;

    /// <summary>After how long a write or read that failed is repeated.</summary>
    public TimeSpan RetryAfter => Duration / 40;

    /// <summary>How often the table is read. Default 0.8 s, so that a child shard begins and a silent worker is noticed
    /// within a second.</summary>
    public TimeSpan PollInterval { get; init; } = TimeSpan.FromMilliseconds(800);

    /// <summary>How often a lease that was asked for is looked at.</summary>
    public TimeSpan HandoffPollInterval { get; init; } = TimeSpan.FromMilliseconds(50);

    /// <summary>How long an owner that lives may take to hand over a lease before it is taken from it. Default: the
    /// KCL's 30 s.</summary>
    public TimeSpan HandoffTimeout { get; init; } = TimeSpan.FromSeconds(30);

    /// <summary>How often a worker shows that it lives.</summary>
    public TimeSpan BeatInterval => Duration / 3;

    /// <summary>For how long no worker may have joined before leases are asked for: those that start together are
    /// seen together, and each lease moves once.</summary>
    public TimeSpan SettleTime => PollInterval * 2;

    /// <summary>For how long no worker may have joined before unowned leases are taken; but at most twice as long as
    /// they have been unowned.</summary>
    public TimeSpan FreeSettleTime => PollInterval * 1.25;

    /// <summary>By how much longer each further worker waits for an unowned lease that is meant for another one.
    /// </summary>
    public TimeSpan FallbackAfter => Duration / 5;

    /// <summary>How long a worker that leaves waits for others to ask for its leases.</summary>
    public TimeSpan LeaveGrace { get; init; } = TimeSpan.FromSeconds(5);

    /// <summary>The most leases a worker should hold. An even share of all leases keeps to it whenever that is
    /// possible; when it is not, every lease has an owner all the same and the excess is shared evenly (<see
    /// cref="LeaseCap"/>). Default: the KCL's, no limit.</summary>
    public int MaxLeases { get; init; } = int.MaxValue;

    /// <summary>The most leases a worker asks others for at a time.</summary>
    public int MaxAskedAtOnce { get; init; } = 10;

    /// <summary>Whether a shard waits for its parents' end. Default: it does, as with the KCL; if not, order of
    /// records of one key is lost across a split or merge.</summary>
    public bool ParentsFirst { get; init; } = true;
}
