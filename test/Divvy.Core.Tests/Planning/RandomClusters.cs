using Divvy.Core.Assignment;
using Divvy.Core.Identity;
using Divvy.Core.Planning;
using FsCheck;
using FsCheck.Fluent;

namespace Divvy.Core.Tests.Planning;

/// <summary>Clusters in any state that the store can be in: instances come, go, drain and are cordoned; shards are
/// anywhere in a move, their owners and standbys may be gone, and pins and penalties name anybody.</summary>
internal static class RandomClusters
{
    private const int Gone = 3;

    /// <summary>Anything goes.</summary>
    public static Arbitrary<PlanningInput> Any { get; } = Seeds(seed => Cluster(new Dice(seed))).ToArbitrary();

    /// <summary>Stable shards without pins or penalties, owned or not, on active instances of equal capacity.</summary>
    public static Arbitrary<PlanningInput> Plain { get; } =
        Seeds(seed => PlainCluster(new Dice(seed), 8, 80)).ToArbitrary();

    /// <summary>As <see cref="Plain"/>, some draining, and small enough to try every assignment.</summary>
    public static Arbitrary<PlanningInput> Tiny { get; } = Seeds(seed => TinyCluster(new Dice(seed))).ToArbitrary();

    public static PlanningInput Shuffled(PlanningInput input, int seed)
    {
        var dice = new Random(seed);
        var (instances, shards) = (input.Instances.ToArray(), input.Shards.ToArray());
        dice.Shuffle(instances);
        dice.Shuffle(shards);
        return input with { Instances = [.. instances], Shards = [.. shards] };
    }

    private static Gen<PlanningInput> Seeds(Func<int, PlanningInput> build) =>
        Gen.Choose(0, int.MaxValue - 1).Select(build);

    private static PlanningInput Cluster(Dice dice)
    {
        var count = dice.Below(9);
        var instances = Enumerable.Range(0, count).Select(number => Clusters.Instance(
            number,
            dice.OneIn(12) ? 0 : dice.OneIn(2) ? 1 : 1 + dice.Below(40) / 7.0,
            $"zone-{dice.Below(3)}",
            dice.OneIn(5) ? InstanceStatus.Draining : dice.OneIn(6) ? InstanceStatus.Cordoned : InstanceStatus.Active));
        var shards = Enumerable.Range(0, dice.Below(60)).Select(number => RandomShard(dice, number, count));
        return Clusters.Input([.. instances], [.. shards], new PlannerPolicy
        {
            Strategy = (PlacementStrategy)dice.Below(3),
            Standbys = dice.Below(3),
            MaxMovesInFlight = 1 + dice.Below(12),
            MaxMovesPerInstance = 1 + dice.Below(5),
            VirtualNodes = 1 + dice.Below(20),
        });
    }

    private static PlanningShard RandomShard(Dice dice, int number, int count)
    {
        var owner = dice.OneIn(6) ? (SessionRef?)null : Anybody(dice, count);
        var phase = dice.OneIn(3) ? (ShardPhase)dice.Below(4) : ShardPhase.Stable;
        var moving = phase is ShardPhase.Preparing or ShardPhase.Yielding;
        var next = moving ? Anybody(dice, count) : (SessionRef?)null;
        if (moving && (owner is null || next == owner)) (phase, next) = (ShardPhase.Stable, null);
        return Clusters.Shard(number, owner, next, phase, dice.OneIn(8) ? Anybody(dice, count).Instance : null) with
        {
            Standbys = [.. Some(dice, count).Where(session => session != owner && session != next)],
            Penalised = dice.OneIn(5) ? [.. Some(dice, count).Select(session => session.Instance)] : [],
        };
    }

    private static IEnumerable<SessionRef> Some(Dice dice, int count) =>
        Enumerable.Range(0, dice.Below(3)).Select(_ => Anybody(dice, count)).ToArray().Distinct();

    /// <summary>An instance, or one that is gone; sometimes an earlier session of one that is there.</summary>
    private static SessionRef Anybody(Dice dice, int count)
    {
        var session = Clusters.Session(dice.Below(count + Gone));
        return dice.OneIn(15) ? session with { Session = new(7) } : session;
    }

    private static PlanningInput PlainCluster(Dice dice, int maxInstances, int maxShards)
    {
        var count = 1 + dice.Below(maxInstances);
        var skew = 1 + dice.Below(count + 2);
        var shards = Enumerable.Range(0, dice.Below(maxShards)).Select(number =>
            Clusters.Shard(number, dice.OneIn(5) ? null : Clusters.Session(dice.Below(skew))));
        return Clusters.Input(Clusters.Instances(count), [.. shards]);
    }

    private static PlanningInput TinyCluster(Dice dice)
    {
        var plain = PlainCluster(dice, 4, 7);
        return plain with
        {
            Instances = [.. plain.Instances.Select(instance =>
                dice.OneIn(4) ? instance with { Status = InstanceStatus.Draining } : instance)],
        };
    }

    private sealed class Dice(int seed)
    {
        private readonly Random random = new(seed);

        public int Below(int limit) => random.Next(limit);

        public bool OneIn(int chances) => random.Next(chances) == 0;
    }
}
