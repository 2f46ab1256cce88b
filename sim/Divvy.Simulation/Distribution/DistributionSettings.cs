using Divvy.Coordination.Layout;
using Divvy.Simulation.Stores;
using Divvy.Simulation.World;

namespace Divvy.Simulation.Distribution;

/// <summary>What a run of the distributor is like beyond its sizes: drawn from the seed.</summary>
internal sealed record DistributionSettings
{
    /// <summary>The sharded service.</summary>
    public const string Space = "orders";

    /// <summary>The longest that a slow load or hand-over takes.</summary>
    public static readonly TimeSpan Dawdle = TimeSpan.FromSeconds(4);

    /// <summary>How long an instance may be silent.</summary>
    public required TimeSpan SessionTtl { get; init; }

    /// <summary>Mean pause of a caller between an answer and its next request.</summary>
    public required TimeSpan Thinking { get; init; }

    /// <summary>Share of requests that go to one key.</summary>
    public required double Hot { get; init; }

    /// <summary>The longest that a request's work takes.</summary>
    public required TimeSpan Work { get; init; }

    /// <summary>The longest that a shard takes to load, and to be stored.</summary>
    public required TimeSpan Loading { get; init; }

    /// <summary>Share of loads that fail.</summary>
    public required double FailingLoads { get; init; }

    /// <summary>Mean time between two things that operators do.</summary>
    public required TimeSpan OperationEvery { get; init; }

    /// <summary>By how much the clocks of processes may run fast or slow. Two of them together stay within the margin
    /// of a session, a tenth of its time (R18).</summary>
    public required double Drift { get; init; }

    /// <summary>By how much wall clocks are off.</summary>
    public required TimeSpan Skew { get; init; }

    /// <summary>Share of requests whose work takes seconds.</summary>
    public required double Slow { get; init; }

    /// <summary>Share of requests whose handler sends another one to its own shard.</summary>
    public required double Nested { get; init; }

    /// <summary>Share of crashes that take the machine with them.</summary>
    public required double HalfOpen { get; init; }

    /// <summary>The longest that a packet takes between two hosts on top of the usual: hosts may be far from each
    /// other, and then they know different things for a while although nothing is wrong.</summary>
    public required TimeSpan Distance { get; init; }

    /// <summary>Share of loads and hand-overs that take seconds, as long as faults strike.</summary>
    public required double Dawdling { get; init; }

    /// <summary>Share of a handoff's moments at which an operator interferes with it.</summary>
    public required double Meddling { get; init; }

    /// <summary>Share of stops that are cut short by a kill, as long as faults strike.</summary>
    public required double Impatience { get; init; }

    /// <summary>How long servers try a call to the store.</summary>
    public required TimeSpan StoreTimeout { get; init; }

    /// <summary>How long nobody plans when the server that did is gone.</summary>
    public required TimeSpan ControllerTtl { get; init; }

    /// <summary>How long instances wait for a server, also for its answer to their goodbye.</summary>
    public required TimeSpan ServerTimeout { get; init; }

    /// <summary>Share of an operator's doings that are followed by a compaction of the store.</summary>
    public required double Compacting { get; init; }

    /// <summary>Callers that ask for shards that are being handed over: then requests wait in a next owner at nearly
    /// every moment that something can happen to its move. Operators interfere with many of these, and some requests
    /// that are inside hold them up.</summary>
    public required int Onlookers { get; init; }

    public required NamespaceConfig Namespace { get; init; }

    /// <summary>How the members of the store are set up.</summary>
    public required StoreShape Store { get; init; }

    public static DistributionSettings Draw(SimRandom random, int shards)
    {
        var skew = TimeSpan.FromSeconds(random.Pick([0, 1, 3600]));
        var drawn = new DistributionSettings
        {
            SessionTtl = TimeSpan.FromSeconds(random.Pick([2, 2, 5, 10])),
            Thinking = TimeSpan.FromMilliseconds(random.Pick([20, 100, 300])),
            Hot = random.Pick([0, 0, 0.3]),
            Work = TimeSpan.FromMilliseconds(random.Pick([0, 5, 50])),
            Loading = TimeSpan.FromMilliseconds(random.Pick([0, 10, 300])),
            FailingLoads = random.Pick([0, 0, 0.05]),
            OperationEvery = TimeSpan.FromSeconds(random.Pick([1, 5, 20])),
            Drift = random.Pick([0, 0.0001, 0.04]),
            Skew = skew,
            HalfOpen = random.Pick([0, 0.3, 1]),
            Namespace = new NamespaceConfig
            {
                Shards = shards,
                Standbys = random.Pick([0, 0, 1]),
                MaxMovesInFlight = random.Pick<int?>([null, 4, 16]),
                MaxMovesPerInstance = random.Pick<int?>([null, 2]),
                PrepareTimeoutMs = random.Pick<int?>([null, 2_000]),
                YieldTimeoutMs = random.Pick<int?>([null, 1_000]),
                PenaltyMs = random.Pick<int?>([null, 5_000]),
            },
            Store = new StoreShape(
                SegmentSize: 1 << 20,
                SnapshotBytes: random.Pick([64 << 10, 1 << 20]),
                Heartbeat: TimeSpan.FromMilliseconds(100),
                Election: TimeSpan.FromMilliseconds(random.Pick([500, 1000])),
                Keys: 1,
                Think: TimeSpan.FromSeconds(1),
                ClockSkew: skew,
                Trailing: random.Pick([10, 1_000])),
            Nested = random.Pick([0, 0, 0.2]),
            Slow = random.Pick([0, 0.002, 0.02]),
            Distance = TimeSpan.FromMilliseconds(random.Pick([0, 0, 20, 100])),
            Dawdling = random.Pick([0, 0, 0.2]),
            Meddling = random.Pick([0, 0.05, 0.5]),
            Impatience = random.Pick([0, 0.5]),
            StoreTimeout = TimeSpan.FromSeconds(random.Pick([5, 5, 1])),
            ControllerTtl = TimeSpan.FromSeconds(random.Pick([5, 2])),
            ServerTimeout = TimeSpan.FromSeconds(random.Pick([5, 1])),
            Compacting = random.Pick([0, 0.5]),
            Onlookers = random.Pick([0, 0, 0, 2]),
        };
        return drawn.Onlookers == 0 ? drawn : drawn with { Meddling = 0.5, Slow = 0.02 };
    }

    /// <summary>The clocks of one process.</summary>
    public ClockFault Clock(SimRandom random) => new(
        random.Between(-Skew, Skew), ((random.Fraction() * 2) - 1) * Drift);
}
