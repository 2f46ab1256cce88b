using Divvy.Simulation.World;

namespace Divvy.Simulation.Streams;

/// <summary>What a run of a stream's workers is like: drawn from the seed.</summary>
internal sealed record StreamSettings
{
    public required TimeSpan LeaseDuration { get; init; }

    public required int Workers { get; init; }

    public required int Shards { get; init; }

    public required int MaxLeases { get; init; }

    public required bool ParentsFirst { get; init; }

    /// <summary>The longest a consumer waits between two reads of a shard.</summary>
    public required TimeSpan Reading { get; init; }

    /// <summary>The longest a processor takes to finish when its lease is asked for.</summary>
    public required TimeSpan Yielding { get; init; }

    /// <summary>How long faults strike.</summary>
    public required TimeSpan Faulty { get; init; }

    /// <summary>Mean time between two things that happen to the fleet or the stream.</summary>
    public required TimeSpan ChangeEvery { get; init; }

    /// <summary>By how much clocks run fast or slow; two of them together stay within the margin of a lease.</summary>
    public required double Drift { get; init; }

    public static StreamSettings Draw(SimRandom random) => new()
    {
        LeaseDuration = TimeSpan.FromSeconds(random.Pick([2, 3, 10])),
        Workers = random.Between(1, 5),
        Shards = random.Pick([1, 4, 8, 15]),
        MaxLeases = random.Pick([2, 10, int.MaxValue]),
        ParentsFirst = random.Chance(0.8),
        Reading = TimeSpan.FromMilliseconds(random.Pick([500, 1500, 4000])),
        Yielding = TimeSpan.FromMilliseconds(random.Pick([0, 100, 2000])),
        Faulty = TimeSpan.FromSeconds(random.Between(10, 40)),
        ChangeEvery = TimeSpan.FromSeconds(random.Pick([2, 5, 20])),
        Drift = random.Pick([0, 0.005, 0.02]),
    };

    public override string ToString() => FormattableString.Invariant(
        $"{Workers} workers, {Shards} shards, leases of {LeaseDuration.TotalSeconds} s, parents first: {ParentsFirst}");
}
