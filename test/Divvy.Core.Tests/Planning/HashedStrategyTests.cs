using Divvy.Core.Assignment;
using Divvy.Core.Planning;

namespace Divvy.Core.Tests.Planning;

/// <summary>What rendezvous and bounded consistent hashing promise.</summary>
public sealed class HashedStrategyTests
{
    private const int Shards = 2000;

    [Theory]
    [InlineData(PlacementStrategy.Rendezvous)]
    [InlineData(PlacementStrategy.ConsistentHashBounded)]
    public void Plan_Again_IsEmpty(PlacementStrategy strategy)
    {
        var placed = Place(strategy, 10);
        Planner.Plan(placed).Plan.IsEmpty.ShouldBeTrue();
    }

    [Fact]
    public void Plan_RendezvousWithAnInstanceLost_MovesNothingElse()
    {
        var placed = Place(PlacementStrategy.Rendezvous, 10);
        var result = Planner.Plan(placed with { Instances = placed.Instances.RemoveAt(4) });
        result.Report.Moves.ShouldBe(0);
        result.Report.Takeovers.ShouldBe(placed.Shards.Count(shard => shard.Owner == Clusters.Session(4)));
    }

    [Fact]
    public void Plan_RendezvousWithAnInstanceMore_MovesOnlyToIt()
    {
        var placed = Place(PlacementStrategy.Rendezvous, 10);
        var changes = Planner.Plan(placed with { Instances = Clusters.Instances(11) }).Plan.Changes;
        changes.ShouldAllBe(change => change.To == Clusters.Session(10));
        changes.Length.ShouldBeInRange(Shards / 11 / 2, Shards / 11 * 2);
    }

    [Fact]
    public void Plan_RendezvousWithUnequalCapacities_SharesRoughlyInProportion()
    {
        var input = Clusters.Input(
            [Clusters.Instance(0, 1), Clusters.Instance(1, 3), Clusters.Instance(2, 1)],
            [.. Enumerable.Range(0, Shards).Select(number => Clusters.Shard(number))],
            Clusters.Unbounded with { Strategy = PlacementStrategy.Rendezvous });
        var counts = Clusters.Counts(Clusters.Carry(input, Planner.Plan(input).Plan));
        counts[1].ShouldBeInRange(1100, 1300);
        counts[0].ShouldBeInRange(330, 470);
    }

    [Theory]
    [InlineData(0.05)]
    [InlineData(0.25)]
    [InlineData(1.0)]
    public void Plan_ConsistentHash_FillsNobodyAboveItsBound(double epsilon)
    {
        var input = Clusters.Input(
            [Clusters.Instance(0, 1), Clusters.Instance(1, 2), Clusters.Instance(2, 5), Clusters.Instance(3, 2)],
            [.. Enumerable.Range(0, Shards).Select(number => Clusters.Shard(number))],
            Clusters.Unbounded with { Strategy = PlacementStrategy.ConsistentHashBounded, LoadBoundEpsilon = epsilon });
        var counts = Clusters.Counts(Clusters.Carry(input, Planner.Plan(input).Plan));
        for (var i = 0; i < counts.Length; i++)
        {
            var share = Shards * input.Instances[i].Capacity / 10;
            counts[i].ShouldBeLessThanOrEqualTo((int)Math.Ceiling(share * (1 + epsilon)));
        }
    }

    [Fact]
    public void Plan_ConsistentHashWithAnInstanceLost_MovesFewOthers()
    {
        var placed = Place(PlacementStrategy.ConsistentHashBounded, 10);
        var result = Planner.Plan(placed with { Instances = placed.Instances.RemoveAt(4) });
        result.Report.Moves.ShouldBeLessThan(Shards / 10);
    }

    [Theory]
    [InlineData(PlacementStrategy.Rendezvous)]
    [InlineData(PlacementStrategy.ConsistentHashBounded)]
    public void Plan_Penalty_KeepsAShardAwayButDoesNotChaseItsOwner(PlacementStrategy strategy)
    {
        var placed = Place(strategy, 5);
        var owner = placed.Shards[0].Owner!.Value;
        var penalised = placed.Shards[0] with { Penalised = [owner.Instance] };
        Planner.Plan(placed with { Shards = placed.Shards.SetItem(0, penalised) }).Plan.IsEmpty.ShouldBeTrue();

        var unowned = penalised with { Owner = null, Phase = ShardPhase.Stable };
        var change = Planner.Plan(placed with { Shards = placed.Shards.SetItem(0, unowned) }).Plan.Changes[0];
        change.Shard.ShouldBe(unowned.Shard);
        change.To.ShouldNotBe(owner);
    }

    private static PlanningInput Place(PlacementStrategy strategy, int instances)
    {
        var input = Clusters.Input(
            Clusters.Instances(instances),
            [.. Enumerable.Range(0, Shards).Select(number => Clusters.Shard(number))],
            Clusters.Unbounded with { Strategy = strategy });
        return Clusters.Carry(input, Planner.Plan(input).Plan);
    }
}
