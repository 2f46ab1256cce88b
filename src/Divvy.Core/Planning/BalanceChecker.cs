using System.Collections.Immutable;
using Divvy.Core.Assignment;
using Divvy.Core.Identity;

namespace Divvy.Core.Planning;

/// <summary>
/// Whether each move made for balance's sake is worth it. Source and destination are looked at as a pair, as they stand
/// after the plan: if undoing the move would leave the two no worse, it was for nothing. Between equal capacities the
/// destination must not end above the source; between others it must not end a whole shard or more above its part of
/// what the two hold, which is as far as rounding to whole shards can take it.
/// </summary>
internal static class BalanceChecker
{
    private const double Rounding = 1e-6;

    public static void Check(
        CheckedCluster cluster,
        Dictionary<ShardId, PlannedChange> changes,
        ImmutableArray<PlanViolation>.Builder violations)
    {
        var moves = new List<(PlanningShard Shard, PlanningInstance From, PlanningInstance To)>();
        var counts = new Dictionary<SessionRef, int>(SessionComparer.Instance);
        foreach (var shard in cluster.Input.Shards)
        {
            if (shard.Phase == ShardPhase.Closing) continue;
            changes.TryGetValue(shard.Shard, out var change);
            if (Settles(cluster, shard, change) is { } at) counts[at] = counts.GetValueOrDefault(at) + 1;
            if (change is { Kind: PlannedChangeKind.Move } && IsForBalance(cluster, shard, change) is { } move)
            {
                moves.Add((shard, move.From, move.To));
            }
        }
        foreach (var (shard, from, to) in moves)
        {
            var (fromCount, toCount) = (counts.GetValueOrDefault(from.Session), counts.GetValueOrDefault(to.Session));
            var excess = (toCount * from.Weight - fromCount * to.Weight) / (from.Weight + to.Weight);
            var limit = from.Weight.Equals(to.Weight) ? 0.5 : 1;
            if (excess < limit - Rounding) continue;
            violations.Add(new(
                PlanViolationKind.BalanceNotBetter,
                shard.Shard,
                $"afterwards {from.Session} holds {fromCount} and {to.Session} {toCount}"));
        }
    }

    /// <summary>Where the shard is once the plan and what is under way are done; a pinned one where its pin wants
    /// it.</summary>
    private static SessionRef? Settles(CheckedCluster cluster, PlanningShard shard, PlannedChange? change)
    {
        if (change?.To is { } to) return to;
        if (cluster.Find(shard.Owner) is not { } owner) return null;
        if (shard.Phase != ShardPhase.Stable)
        {
            return change?.Kind == PlannedChangeKind.CancelMove ? shard.Owner : shard.Next;
        }
        if (cluster.BindingPin(shard) is not { } pin) return shard.Owner;
        var penalised = !shard.Penalised.IsDefaultOrEmpty && shard.Penalised.Contains(pin.Session.Instance);
        return penalised && owner.Status != InstanceStatus.Draining ? shard.Owner : pin.Session;
    }

    private static (PlanningInstance From, PlanningInstance To)? IsForBalance(
        CheckedCluster cluster, PlanningShard shard, PlannedChange change)
    {
        var (from, to) = (cluster.Find(shard.Owner), cluster.Find(change.To));
        if (from is not { Accepts: true } || to is not { Accepts: true }) return null;
        return cluster.BindingPin(shard) == to ? null : (from, to);
    }
}
