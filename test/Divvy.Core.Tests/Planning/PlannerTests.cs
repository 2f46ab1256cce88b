using System.Collections.Immutable;
using Divvy.Core.Assignment;
using Divvy.Core.Planning;

namespace Divvy.Core.Tests.Planning;

public sealed class PlannerTests
{
    [Fact]
    public void Plan_NewNamespace_AssignsEveryShardAtOnceAndEvenly()
    {
        var input = Clusters.Input(
            Clusters.Instances(7), [.. Enumerable.Range(0, 100).Select(number => Clusters.Shard(number))],
            new PlannerPolicy { MaxMovesInFlight = 1, MaxMovesPerInstance = 1 });

        var result = Planner.Plan(input);

        result.Plan.Changes.ShouldAllBe(change => change.Kind == PlannedChangeKind.Assign);
        Clusters.Counts(Clusters.Carry(input, result.Plan)).ShouldBe([15, 15, 14, 14, 14, 14, 14]);
        result.Report.Assignments.ShouldBe(100);
        result.Report.SpreadAfter.ShouldBe(1, 1e-9);
    }

    [Fact]
    public void Plan_ScaleFrom10To12_MovesExactlyTheMinimum()
    {
        var input = Clusters.Input(Clusters.Instances(12), Clusters.Owned([.. Enumerable.Repeat(100, 10)]));

        var result = Planner.Plan(input);

        // 1000 = 4 * 84 + 8 * 83: ten old ones keep 84 or 83 each, the two new ones receive 83 each.
        result.Plan.Changes.Length.ShouldBe(166);
        result.Report.Moves.ShouldBe(166);
        result.Plan.Changes.ShouldAllBe(change => change.Kind == PlannedChangeKind.Move);
        var counts = Clusters.Counts(Clusters.Carry(input, result.Plan));
        counts.Order().ShouldBe([.. Enumerable.Repeat(83, 8), .. Enumerable.Repeat(84, 4)]);
        result.Plan.Changes[0].Reason.ShouldBe("i010 joined: balance 100 > 84");
    }

    [Fact]
    public void Plan_BalancedState_IsEmpty()
    {
        var input = Clusters.Input(Clusters.Instances(3), Clusters.Owned(33, 34, 33));
        Planner.Plan(input).Plan.IsEmpty.ShouldBeTrue();
    }

    [Fact]
    public void Plan_UnequalCapacities_SharesInProportion()
    {
        var input = Clusters.Input(
            [Clusters.Instance(0, 4), Clusters.Instance(1, 2), Clusters.Instance(2, 1), Clusters.Instance(3, 0)],
            Clusters.Owned(0, 0, 0, 70));

        var carried = Clusters.Carry(input, Planner.Plan(input).Plan);

        Clusters.Counts(carried).ShouldBe([40, 20, 10, 0]);
        Planner.Plan(carried).Plan.IsEmpty.ShouldBeTrue();
    }

    [Fact]
    public void Plan_Drain_MovesOnlyTheDrainedOnesShards()
    {
        var instances = Clusters.Instances(10).SetItem(
            3, Clusters.Instance(3, status: InstanceStatus.Draining));
        var input = Clusters.Input(instances, Clusters.Owned([.. Enumerable.Repeat(100, 10)]));

        var result = Planner.Plan(input);

        result.Report.Moves.ShouldBe(100);
        var drained = input.Shards.Where(shard => shard.Owner == Clusters.Session(3)).Select(shard => shard.Shard);
        result.Plan.Changes.Select(change => change.Shard).ShouldBe(drained);
        result.Plan.Changes.ShouldAllBe(change => change.Reason == "drain of i003");
        Clusters.Counts(Clusters.Carry(input, result.Plan))[3].ShouldBe(0);
    }

    [Fact]
    public void Plan_DrainBesideAnImbalance_SpendsTheBudgetOnTheDrainFirst()
    {
        var instances = Clusters.Instances(4).SetItem(1, Clusters.Instance(1, status: InstanceStatus.Draining));
        var input = Clusters.Input(
            instances,
            Clusters.Owned(60, 10, 5, 5),
            new PlannerPolicy { MaxMovesInFlight = 8, MaxMovesPerInstance = 8 });

        var result = Planner.Plan(input);

        result.Report.Moves.ShouldBe(8);
        result.Plan.Changes.ShouldAllBe(change => change.Reason == "drain of i001");
        result.Report.DeferredMoves.ShouldBe(result.Report.MinimumMoves - 8);
        result.Report.Deferred.Length.ShouldBe(result.Report.DeferredMoves);
    }

    [Fact]
    public void Plan_DrainWithNobodyToTakeOver_SaysSoAndLeavesTheShards()
    {
        var input = Clusters.Input([Clusters.Instance(0, status: InstanceStatus.Draining)], Clusters.Owned(2));
        var result = Planner.Plan(input);
        result.Plan.IsEmpty.ShouldBeTrue();
        result.Report.Unplaceable.Length.ShouldBe(2);
        result.Report.Unplaceable[0].Reason.ShouldContain("it stays at i000");
        result.Report.Instances[0].After.ShouldBe(2);
    }

    [Fact]
    public void Plan_NoInstanceAtAll_ReportsEveryShardUnplaceable()
    {
        var result = Planner.Plan(Clusters.Input([], Clusters.Owned(3)));
        result.Plan.IsEmpty.ShouldBeTrue();
        result.Report.Unplaceable.Length.ShouldBe(3);
    }

    [Fact]
    public void Plan_CordonedInstance_KeepsItsShardsAndGetsNone()
    {
        var input = Clusters.Input(
            [Clusters.Instance(0), Clusters.Instance(1, status: InstanceStatus.Cordoned), Clusters.Instance(2)],
            [.. Clusters.Owned(2, 10, 2), Clusters.Shard(90), Clusters.Shard(91)]);

        var carried = Clusters.Carry(input, Planner.Plan(input).Plan);

        Clusters.Counts(carried).ShouldBe([3, 10, 3]);
    }

    [Fact]
    public void Plan_InstanceLost_PlacesItsShardsAtOnceAndMovesNothingElse()
    {
        var shards = Clusters.Owned(10, 10, 10, 10);
        var input = Clusters.Input(
            Clusters.Instances(3), shards, new PlannerPolicy { MaxMovesInFlight = 1, MaxMovesPerInstance = 1 });

        var result = Planner.Plan(input);

        result.Report.Takeovers.ShouldBe(10);
        result.Report.Moves.ShouldBe(0);
        result.Plan.Changes.ShouldAllBe(change => change.Reason == "i003 is gone");
        Clusters.Counts(Clusters.Carry(input, result.Plan)).Order().ShouldBe([13, 13, 14]);
    }

    [Fact]
    public void Plan_ReturningInstanceInANewSession_IsSomebodyElse()
    {
        var before = Clusters.Session(0) with { Session = new(1) };
        var result = Planner.Plan(Clusters.Input(Clusters.Instances(1), [Clusters.Shard(0, before)]));
        result.Plan.Changes.Single().Kind.ShouldBe(PlannedChangeKind.Takeover);
        result.Plan.Changes.Single().To.ShouldBe(Clusters.Session(0));
    }

    [Theory]
    [InlineData(PlacementStrategy.Balanced)]
    [InlineData(PlacementStrategy.Rendezvous)]
    [InlineData(PlacementStrategy.ConsistentHashBounded)]
    public void Plan_OwnerLostWithALiveStandby_TheStandbyTakesOver(PlacementStrategy strategy)
    {
        var shard = Clusters.Shard(0, Clusters.Session(9)) with
        {
            Standbys = [Clusters.Session(8), Clusters.Session(4)],
        };
        var input = Clusters.Input(
            Clusters.Instances(7), [shard, .. Clusters.Owned(5, 5, 5, 5, 9, 5, 5).Skip(1)],
            Clusters.Unbounded with { Strategy = strategy });

        var result = Planner.Plan(input);

        result.Plan.Changes[0].To.ShouldBe(Clusters.Session(4));
        result.Plan.Changes[0].Reason.ShouldBe("i009 is gone: a warm instance takes over");
        result.Report.FastActivations.ShouldBe(1);
    }

    [Fact]
    public void Plan_OwnerLostInTheMiddleOfAMove_TheNextOwnerTakesOver()
    {
        var shard = Clusters.Shard(0, Clusters.Session(9), Clusters.Session(2), ShardPhase.Yielding) with
        {
            Standbys = [Clusters.Session(1)],
        };
        var plan = Planner.Plan(Clusters.Input(Clusters.Instances(3), [shard])).Plan;
        plan.Changes.Single().To.ShouldBe(Clusters.Session(2));
    }

    [Fact]
    public void Plan_ShardsOnTheMove_CountWhereTheyGoAndAreLeftAlone()
    {
        ImmutableArray<PlanningShard> shards =
        [
            Clusters.Shard(0, Clusters.Session(0), Clusters.Session(1), ShardPhase.Preparing),
            Clusters.Shard(1, Clusters.Session(0), Clusters.Session(1), ShardPhase.Yielding),
            Clusters.Shard(2, Clusters.Session(0)),
            Clusters.Shard(3, Clusters.Session(0)),
        ];
        var result = Planner.Plan(Clusters.Input(Clusters.Instances(2), shards));
        result.Plan.IsEmpty.ShouldBeTrue();
        result.Report.MovesInFlight.ShouldBe(2);
        result.Report.Instances.Select(load => load.Before).ShouldBe([2, 2]);
    }

    [Theory]
    [InlineData(ShardPhase.Preparing, InstanceStatus.Draining, true)]
    [InlineData(ShardPhase.Yielding, InstanceStatus.Draining, false)]
    [InlineData(ShardPhase.Preparing, InstanceStatus.Cordoned, false)]
    public void Plan_NextOwnerNoLongerTakesShards_GivesTheMoveUpOnlyBeforeTheOwnerYields(
        ShardPhase phase, InstanceStatus status, bool cancelled)
    {
        var input = Clusters.Input(
            [Clusters.Instance(0), Clusters.Instance(1, status: status)],
            [Clusters.Shard(0, Clusters.Session(0), Clusters.Session(1), phase)]);
        var changes = Planner.Plan(input).Plan.Changes;
        changes.Any(change => change.Kind == PlannedChangeKind.CancelMove).ShouldBe(cancelled);
        changes.Length.ShouldBe(cancelled ? 1 : 0);
    }

    [Theory]
    [InlineData(ShardPhase.Preparing)]
    [InlineData(ShardPhase.Yielding)]
    public void Plan_NextOwnerGone_GivesTheMoveUp(ShardPhase phase)
    {
        var input = Clusters.Input(
            Clusters.Instances(1), [Clusters.Shard(0, Clusters.Session(0), Clusters.Session(5), phase)]);
        var change = Planner.Plan(input).Plan.Changes.Single();
        change.Kind.ShouldBe(PlannedChangeKind.CancelMove);
        change.Reason.ShouldBe("next owner i005 is gone");
    }

    [Fact]
    public void Plan_ShardBeingRemoved_IsLeftAlone()
    {
        var input = Clusters.Input(
            Clusters.Instances(2), [Clusters.Shard(0, Clusters.Session(9), phase: ShardPhase.Closing)]);
        var result = Planner.Plan(input);
        result.Plan.IsEmpty.ShouldBeTrue();
        result.Report.Shards.ShouldBe(0);
    }

    [Fact]
    public void Plan_PinnedShard_GoesToItsInstanceAndStays()
    {
        var pinned = Clusters.Shard(99, Clusters.Session(0), pin: Clusters.Session(1).Instance);
        var input = Clusters.Input(Clusters.Instances(2), [.. Clusters.Owned(1, 2), pinned]);

        var result = Planner.Plan(input);

        result.Plan.Changes.ShouldContain(change => change.Shard == pinned.Shard && change.Reason == "pinned to i001");
        var carried = Clusters.Carry(input, result.Plan);
        carried.Shards[^1].Owner.ShouldBe(Clusters.Session(1));
        Clusters.Counts(carried).ShouldBe([2, 2]);
        Planner.Plan(carried).Plan.IsEmpty.ShouldBeTrue();
    }

    [Fact]
    public void Plan_PinWhoseInstanceDrainsOrIsGone_WaitsAndTheShardIsServedElsewhere()
    {
        var pin = Clusters.Session(1).Instance;
        ImmutableArray<PlanningShard> shards = [Clusters.Shard(0, Clusters.Session(1), pin: pin)];
        var drains = Clusters.Input(
            [Clusters.Instance(0), Clusters.Instance(1, status: InstanceStatus.Draining)], shards);
        Planner.Plan(drains).Plan.Changes.Single().To.ShouldBe(Clusters.Session(0));
        var gone = Clusters.Input(Clusters.Instances(1), shards);
        Planner.Plan(gone).Plan.Changes.Single().To.ShouldBe(Clusters.Session(0));
    }

    [Fact]
    public void Plan_PenalisedInstance_IsAvoidedWhileThereIsAnother()
    {
        var shard = Clusters.Shard(0) with { Penalised = [Clusters.Session(0).Instance] };
        var others = Clusters.Owned(0, 5).Select((other, i) => other with { Shard = new($"x{i}") });
        var two = Clusters.Input(Clusters.Instances(2), [shard, .. others]);
        Planner.Plan(two).Plan.Changes.First(change => change.Shard == shard.Shard).To.ShouldBe(Clusters.Session(1));
        var one = Clusters.Input(Clusters.Instances(1), [shard]);
        Planner.Plan(one).Plan.Changes.Single().To.ShouldBe(Clusters.Session(0));
    }

    [Fact]
    public void Plan_Budget_CountsMovesUnderWayAtBothEnds()
    {
        var input = Clusters.Input(
            Clusters.Instances(4),
            [
                Clusters.Shard(900, Clusters.Session(0), Clusters.Session(1), ShardPhase.Preparing),
                .. Clusters.Owned(40, 0, 0, 0),
            ],
            new PlannerPolicy { MaxMovesInFlight = 100, MaxMovesPerInstance = 3 });
        var result = Planner.Plan(input);
        result.Report.Moves.ShouldBe(2);
        result.Report.Instances[0].InFlight.ShouldBe(3);
    }

    [Fact]
    public void Plan_SameIdTwice_IsRefused()
    {
        Should.Throw<ArgumentException>(() => Planner.Plan(Clusters.Input(
            [Clusters.Instance(0), Clusters.Instance(0)], [])));
        Should.Throw<ArgumentException>(() => Planner.Plan(Clusters.Input(
            Clusters.Instances(1), [Clusters.Shard(0), Clusters.Shard(0)])));
    }

    [Fact]
    public void Plan_PolicyOutsideItsRanges_IsRefused()
    {
        foreach (var policy in new PlannerPolicy[]
        {
            new() { Standbys = 3 }, new() { Standbys = -1 }, new() { MaxMovesInFlight = 0 },
            new() { MaxMovesPerInstance = 0 }, new() { LoadBoundEpsilon = 0 }, new() { VirtualNodes = 0 },
        })
        {
            Should.Throw<ArgumentOutOfRangeException>(() => Planner.Plan(Clusters.Input([], [], policy)));
        }
    }
}
