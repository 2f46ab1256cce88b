using System.Collections.Immutable;
using Divvy.Core.Assignment;
using Divvy.Core.Identity;

namespace Divvy.Core.Planning;

/// <summary>
/// Lists everything wrong with a plan, from the input alone. It uses none of the planner's code, so that a mistake
/// there is not repeated here, and it runs before each commit: a plan with a violation is not carried out. One pass
/// over the shards and one over the changes.
/// </summary>
public static class PlanChecker
{
    /// <summary>The violations, in the order of the plan; empty: the plan may be carried out.</summary>
    public static ImmutableArray<PlanViolation> Check(PlanningInput input, AssignmentPlan plan)
    {
        ArgumentNullException.ThrowIfNull(input);
        ArgumentNullException.ThrowIfNull(plan);
        var snapshot = new CheckedCluster(input);
        var violations = ImmutableArray.CreateBuilder<PlanViolation>();
        var changes = new Dictionary<ShardId, PlannedChange>(plan.Changes.Length);
        foreach (var change in plan.Changes)
        {
            if (!snapshot.Shards.TryGetValue(change.Shard, out var shard))
            {
                violations.Add(new(PlanViolationKind.UnknownShard, change.Shard, "the shard is not in the input"));
            }
            else if (!changes.TryAdd(change.Shard, change))
            {
                violations.Add(new(PlanViolationKind.ShardChangedTwice, change.Shard, "a change before names it"));
            }
            else
            {
                new ChangeChecker(snapshot, shard, change, violations).Check();
            }
        }
        CheckLeftAlone(snapshot, changes, violations);
        BudgetChecker.Check(snapshot, changes, violations);
        if (input.Policy.Strategy == PlacementStrategy.Balanced) BalanceChecker.Check(snapshot, changes, violations);
        return violations.DrainToImmutable();
    }

    private static void CheckLeftAlone(
        CheckedCluster cluster,
        Dictionary<ShardId, PlannedChange> changes,
        ImmutableArray<PlanViolation>.Builder violations)
    {
        foreach (var shard in cluster.Input.Shards)
        {
            if (shard.Phase == ShardPhase.Closing || changes.ContainsKey(shard.Shard)) continue;
            if (cluster.Find(shard.Owner) is null)
            {
                if (!cluster.AnyAccepts) continue;
                violations.Add(new(PlanViolationKind.LeftUnplaced, shard.Shard, "an instance would take it"));
            }
            else if (shard.Phase != ShardPhase.Stable && cluster.Find(shard.Next) is null)
            {
                violations.Add(new(PlanViolationKind.MoveLeftStranded, shard.Shard, $"{shard.Next} is gone"));
            }
        }
    }
}
