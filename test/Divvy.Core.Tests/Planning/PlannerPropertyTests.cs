using Divvy.Core.Assignment;
using Divvy.Core.Identity;
using Divvy.Core.Planning;
using FsCheck;
using FsCheck.Fluent;

namespace Divvy.Core.Tests.Planning;

public sealed class PlannerPropertyTests
{
    private static readonly Config many = Config.QuickThrowOnFailure.WithMaxTest(2000);

    [Fact]
    public void Plan_AnyClusterAndStrategy_IsFreeOfViolations() =>
        Prop.ForAll(RandomClusters.Any, input =>
        {
            var plan = Planner.Plan(input).Plan;
            PlanChecker.Check(input, plan).ShouldBeEmpty();
        }).Check(many);

    [Fact]
    public void Plan_InputInAnyOrder_IsTheSamePlan() =>
        Prop.ForAll(RandomClusters.Any, Gen.Choose(0, 1000).ToArbitrary(), (input, seed) =>
            Describe(Planner.Plan(RandomClusters.Shuffled(input, seed))).ShouldBe(Describe(Planner.Plan(input))))
            .Check(many);

    [Fact]
    public void Plan_EveryStandbyAfterwards_IsLiveDistinctAndNotTheOwner() =>
        Prop.ForAll(RandomClusters.Any, input =>
        {
            var live = input.Instances.ToDictionary(instance => instance.Session);
            var carried = Clusters.Carry(input, Planner.Plan(input).Plan);
            foreach (var (before, after) in input.Shards.Zip(carried.Shards))
            {
                if (before.Phase != ShardPhase.Stable) continue;
                if (after.Owner is not { } owner || !live.ContainsKey(owner)) continue;
                after.Standbys.Length.ShouldBeLessThanOrEqualTo(input.Policy.Standbys);
                after.Standbys.ShouldNotContain(owner);
                after.Standbys.Distinct().Count().ShouldBe(after.Standbys.Length);
                foreach (var standby in after.Standbys) live[standby].Status.ShouldNotBe(InstanceStatus.Draining);
            }
        }).Check(many);

    [Fact]
    public void Plan_CarriedOutAgainAndAgain_ComesToRest() =>
        Prop.ForAll(RandomClusters.Any, input =>
        {
            var state = Clusters.Finish(input, _ => true);
            for (var round = 0; round < 400; round++)
            {
                var plan = Planner.Plan(state).Plan;
                if (plan.IsEmpty) return;
                PlanChecker.Check(state, plan).ShouldBeEmpty();
                state = Clusters.Carry(state, plan);
            }
            throw new InvalidOperationException("After 400 rounds the plan is still not empty.");
        }).Check(many);

    [Fact]
    public void Plan_BalancedEqualCapacities_ReachesADifferenceOfOneWithTheMovesItAnnounced() =>
        Prop.ForAll(RandomClusters.Plain, Gen.Choose(0, 1000).ToArbitrary(), (input, seed) =>
        {
            var dice = new Random(seed);
            var state = input with
            {
                Policy = new() { MaxMovesInFlight = 1 + dice.Next(9), MaxMovesPerInstance = 1 + dice.Next(4) },
            };
            var (announced, made, rounds) = (Planner.Plan(state).Report.MinimumMoves, 0, 0);
            while (true)
            {
                var result = Planner.Plan(state);
                PlanChecker.Check(state, result.Plan).ShouldBeEmpty();
                made += result.Report.Moves;
                var idle = result.Plan.IsEmpty && state.Shards.All(shard => shard.Phase == ShardPhase.Stable);
                if (idle) break;
                // Moves end in any order, some of them only rounds later.
                var last = ++rounds % 8 == 0;
                state = Clusters.Finish(Clusters.Begin(state, result.Plan), _ => last || dice.Next(2) == 0);
                rounds.ShouldBeLessThan(2000);
            }
            made.ShouldBe(announced);
            var counts = Clusters.Counts(state);
            (counts.Max() - counts.Min()).ShouldBeLessThanOrEqualTo(1);
            counts.Sum().ShouldBe(state.Shards.Length);
        }).Check(Config.QuickThrowOnFailure.WithMaxTest(300));

    [Fact]
    public void Plan_BalancedEqualCapacities_MovesNoMoreThanTheBestOfAllAssignments() =>
        Prop.ForAll(RandomClusters.Tiny, input =>
        {
            var result = Planner.Plan(input);
            if (input.Instances.All(instance => instance.Status != InstanceStatus.Active)) return;
            result.Report.Moves.ShouldBe(FewestMoves(input));
        }).Check(Config.QuickThrowOnFailure.WithMaxTest(500));

    /// <summary>Tries every assignment to active instances whose counts differ by at most one.</summary>
    private static int FewestMoves(PlanningInput input)
    {
        SessionRef[] active = [.. input.Instances
            .Where(instance => instance.Status == InstanceStatus.Active).Select(instance => instance.Session)];
        var live = input.Instances.Select(instance => instance.Session).ToHashSet();
        var best = int.MaxValue;
        Try(0, new int[active.Length], 0);
        return best;

        void Try(int shard, int[] counts, int moves)
        {
            if (moves >= best) return;
            if (shard == input.Shards.Length)
            {
                if (counts.Max() - counts.Min() <= 1) best = moves;
                return;
            }
            for (var to = 0; to < active.Length; to++)
            {
                var owner = input.Shards[shard].Owner;
                var isMove = owner is { } session && live.Contains(session) && session != active[to];
                counts[to]++;
                Try(shard + 1, counts, moves + (isMove ? 1 : 0));
                counts[to]--;
            }
        }
    }

    private static string Describe(PlanResult result)
    {
        var changes = result.Plan.Changes.Select(change =>
            $"{change.Shard} {change.Kind} {change.To} [{string.Join(' ', change.Standbys)}] {change.Reason}");
        var loads = result.Report.Instances.Select(load => load.ToString());
        return string.Join('\n', changes.Concat(loads));
    }
}
