using System.Collections.Immutable;
using Divvy.Core.Identity;

namespace Divvy.Core.Planning;

/// <summary>Whether a plan keeps to the budget of moves under way. What was begun before may exceed it (the policy may
/// have changed); then nothing may be added.</summary>
internal static class BudgetChecker
{
    public static void Check(
        CheckedCluster cluster,
        Dictionary<ShardId, PlannedChange> changes,
        ImmutableArray<PlanViolation>.Builder violations)
    {
        var policy = cluster.Input.Policy;
        var (total, added) = (0, 0);
        var all = new Dictionary<SessionRef, (int Moves, int Added)>(SessionComparer.Instance);
        foreach (var shard in cluster.Input.Shards)
        {
            if (cluster.IsInMotion(shard))
            {
                total++;
                Count(shard.Owner, 0);
                Count(shard.Next, 0);
            }
            else if (changes.TryGetValue(shard.Shard, out var change) && change.Kind == PlannedChangeKind.Move)
            {
                total++;
                added++;
                Count(shard.Owner, 1);
                Count(change.To, 1);
            }
        }
        if (added > 0 && total > policy.MaxMovesInFlight)
        {
            violations.Add(new(
                PlanViolationKind.BudgetExceeded, null, $"{total} moves under way, {policy.MaxMovesInFlight} allowed"));
        }
        foreach (var instance in cluster.Input.Instances)
        {
            var (moves, addedHere) = all.GetValueOrDefault(instance.Session);
            if (addedHere == 0 || moves <= policy.MaxMovesPerInstance) continue;
            violations.Add(new(
                PlanViolationKind.InstanceBudgetExceeded,
                null,
                $"{instance.Session} takes part in {moves} moves, {policy.MaxMovesPerInstance} allowed"));
        }

        void Count(SessionRef? instance, int newOnes)
        {
            if (instance is not { } session) return;
            var (moves, addedHere) = all.GetValueOrDefault(session);
            all[session] = (moves + 1, addedHere + newOnes);
        }
    }
}
