using Divvy.Core.Assignment;
using Divvy.Core.Planning;

namespace Divvy.Core.Tests.Planning;

public sealed class StandbyTests
{
    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    public void Plan_Standbys_AreSpreadEvenlyInOtherZonesThanTheOwners(int standbys)
    {
        var instances = Enumerable.Range(0, 6).Select(number => Clusters.Instance(number, zone: $"zone-{number % 3}"));
        var input = Clusters.Input(
            [.. instances],
            [.. Enumerable.Range(0, 120).Select(number => Clusters.Shard(number))],
            Clusters.Unbounded with { Standbys = standbys });

        var result = Planner.Plan(input);

        result.Plan.Changes.Length.ShouldBe(120);
        var zones = input.Instances.ToDictionary(instance => instance.Session, instance => instance.Zone);
        foreach (var shard in Clusters.Carry(input, result.Plan).Shards)
        {
            shard.Standbys.Length.ShouldBe(standbys);
            foreach (var standby in shard.Standbys) zones[standby].ShouldNotBe(zones[shard.Owner!.Value]);
        }
        var counts = result.Report.Instances.Select(load => load.Standbys).ToArray();
        (counts.Max() - counts.Min()).ShouldBeLessThanOrEqualTo(2);
    }

    [Fact]
    public void Plan_OneZoneOnly_TakesStandbysFromTheOwnersZone()
    {
        var input = Clusters.Input(
            Clusters.Instances(2), Clusters.Owned(1, 1), Clusters.Unbounded with { Standbys = 2 });
        var carried = Clusters.Carry(input, Planner.Plan(input).Plan);
        carried.Shards[0].Standbys.ShouldBe([Clusters.Session(1)]);
        carried.Shards[1].Standbys.ShouldBe([Clusters.Session(0)]);
        Planner.Plan(carried).Plan.IsEmpty.ShouldBeTrue();
    }

    [Fact]
    public void Plan_SmallOtherZone_IsNotEverybodysStandby()
    {
        var instances = Enumerable.Range(0, 10).Select(number =>
            Clusters.Instance(number, zone: number == 0 ? "b" : "a"));
        var input = Clusters.Input(
            [.. instances], Clusters.Owned([.. Enumerable.Repeat(10, 10)]), Clusters.Unbounded with { Standbys = 1 });
        var loads = Planner.Plan(input).Report.Instances;
        loads[0].Standbys.ShouldBeInRange(10, 21);
        loads.Skip(1).ShouldAllBe(load => load.Standbys <= 11);
    }

    [Fact]
    public void Plan_StandbyGone_ReplacesOnlyThatOne()
    {
        var before = Warm(Clusters.Input(
            Clusters.Instances(5), Clusters.Owned(8, 8, 8, 8, 8), Clusters.Unbounded with { Standbys = 1 }));
        var lost = Clusters.Session(4);
        var without = before with
        {
            Instances = before.Instances.RemoveAt(4),
            Shards = [.. before.Shards.Where(shard => shard.Owner != lost)],
        };

        var changes = Planner.Plan(without).Plan.Changes.Where(change => change.Kind == PlannedChangeKind.SetStandbys);

        changes.Select(change => change.Shard).ShouldBe(
            without.Shards.Where(shard => shard.Standbys.Contains(lost)).Select(shard => shard.Shard),
            ignoreOrder: true);
    }

    [Fact]
    public void Plan_InstanceJoins_IsGivenStandbysOfThoseFarAboveTheirShareAndThenComesToRest()
    {
        var before = Warm(Clusters.Input(
            Clusters.Instances(3), Clusters.Owned(40, 40, 40), Clusters.Unbounded with { Standbys = 1 }));
        var joined = before with { Instances = Clusters.Instances(6) };

        var after = Warm(joined);

        var counts = after.Instances.Select(instance =>
            after.Shards.Count(shard => shard.Standbys.Contains(instance.Session))).ToArray();
        counts.Max().ShouldBeLessThanOrEqualTo(26);
        counts.Min().ShouldBeGreaterThanOrEqualTo(10);
    }

    [Fact]
    public void Plan_NoStandbysWantedAnyMore_TakesThemAway()
    {
        var warm = Warm(Clusters.Input(
            Clusters.Instances(2), Clusters.Owned(1, 1), Clusters.Unbounded with { Standbys = 1 }));
        var changes = Planner.Plan(warm with { Policy = Clusters.Unbounded }).Plan.Changes;
        changes.Length.ShouldBe(2);
        changes.ShouldAllBe(change => change.Kind == PlannedChangeKind.SetStandbys && change.Standbys.IsEmpty);
    }

    [Fact]
    public void Plan_MoveToAStandby_TakesAnotherStandbyInTheSameChange()
    {
        var shard = Clusters.Shard(0, Clusters.Session(0), pin: Clusters.Session(1).Instance) with
        {
            Standbys = [Clusters.Session(1)],
        };
        var input = Clusters.Input(Clusters.Instances(3), [shard], Clusters.Unbounded with { Standbys = 1 });
        var change = Planner.Plan(input).Plan.Changes.Single();
        change.Kind.ShouldBe(PlannedChangeKind.Move);
        change.Standbys.ShouldBe([Clusters.Session(2)]);
    }

    [Fact]
    public void Plan_ShardOnTheMove_KeepsItsRecordAsItIs()
    {
        var shard = Clusters.Shard(0, Clusters.Session(0), Clusters.Session(1), ShardPhase.Preparing);
        var input = Clusters.Input(Clusters.Instances(4), [shard], Clusters.Unbounded with { Standbys = 2 });
        Planner.Plan(input).Plan.IsEmpty.ShouldBeTrue();
    }

    /// <summary>Carries plans out until nothing changes any more.</summary>
    private static PlanningInput Warm(PlanningInput input)
    {
        for (var round = 0; round < 50; round++)
        {
            var plan = Planner.Plan(input).Plan;
            if (plan.IsEmpty) return input;
            input = Clusters.Carry(input, plan);
        }
        throw new InvalidOperationException("After 50 rounds the plan is still not empty.");
    }
}
