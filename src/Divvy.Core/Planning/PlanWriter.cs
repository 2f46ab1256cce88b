using System.Collections.Immutable;
using Divvy.Core.Identity;

namespace Divvy.Core.Planning;

/// <summary>Writes down what was decided: the plan and its report.</summary>
internal sealed class PlanWriter
{
    private readonly ClusterModel model;
    private readonly PlacementDraft draft;
    private readonly PlanSchedule schedule;
    private readonly StandbyPlacement standbys;
    private readonly int[] before;
    private readonly PlanReasons reasons;
    private int standbyChanges;

    public PlanWriter(ClusterModel model, PlacementDraft draft, PlanSchedule schedule, StandbyPlacement standbys)
    {
        (this.model, this.draft, this.schedule, this.standbys) = (model, draft, schedule, standbys);
        before = Counts(model.Owner, model.Next);
        reasons = new PlanReasons(model, draft, before);
    }

    public PlanResult Write()
    {
        var plan = new AssignmentPlan(Changes());
        return new PlanResult(plan, Report());
    }

    private ImmutableArray<PlannedChange> Changes()
    {
        var changes = ImmutableArray.CreateBuilder<PlannedChange>();
        var written = new bool[model.Shards.Length];
        foreach (var s in schedule.Placed)
        {
            var kind = model.Shards[s].Owner is null ? PlannedChangeKind.Assign : PlannedChangeKind.Takeover;
            Add(s, kind, schedule.OwnerAfter[s], reasons.Placed(s));
        }
        foreach (var s in schedule.Cancelled) Add(s, PlannedChangeKind.CancelMove, -1, reasons.Cancelled(s));
        foreach (var s in schedule.Moved) Add(s, PlannedChangeKind.Move, schedule.NextAfter[s], reasons.Moved(s));
        for (var s = 0; s < written.Length; s++)
        {
            if (written[s] || !standbys.MayChange(s)) continue;
            var before = model.Shards[s].Standbys;
            var after = standbys.Of(s);
            if (after == before || (before.IsDefault && after.IsEmpty)) continue;
            standbyChanges++;
            changes.Add(new(model.Shards[s].Shard, PlannedChangeKind.SetStandbys, null, after, "standbys"));
        }
        return changes.DrainToImmutable();

        void Add(int s, PlannedChangeKind kind, int to, string reason)
        {
            written[s] = true;
            SessionRef? session = to < 0 ? null : model.Instances[to].Session;
            changes.Add(new(model.Shards[s].Shard, kind, session, standbys.Of(s), reason));
        }
    }

    private PlanReport Report()
    {
        var after = Counts(schedule.OwnerAfter, schedule.NextAfter);
        var takeovers = schedule.Placed.Count(s => model.Shards[s].Owner is not null);
        return new PlanReport
        {
            Strategy = model.Policy.Strategy,
            Shards = model.Situation.Count(situation => situation != ShardSituation.Closing),
            Assignments = schedule.Placed.Count - takeovers,
            Takeovers = takeovers,
            FastActivations = schedule.Placed.Count(s => draft.IsRescue[s]),
            Moves = schedule.Moved.Count,
            CancelledMoves = schedule.Cancelled.Count,
            StandbyChanges = standbyChanges,
            MovesInFlight = schedule.InFlightBefore,
            MinimumMoves = schedule.Moved.Count + schedule.Deferred.Count,
            DeferredMoves = schedule.Deferred.Count,
            Deferred = [.. schedule.Deferred.Take(PlanReport.MaxDeferredListed).Select(Deferred)],
            Unplaceable = [.. schedule.Stuck.Select(Unplaceable)],
            Instances = [.. model.Instances.Select((instance, i) => Load(instance, i, after))],
            SpreadBefore = Spread(before),
            SpreadAfter = Spread(after),
        };
    }

    private UnplaceableShard Unplaceable(int s) => new(model.Shards[s].Shard, reasons.Stuck(s));

    private DeferredMove Deferred(int s) => new(
        model.Shards[s].Shard,
        model.Instances[model.Owner[s]].Session,
        model.Instances[draft.Destination[s]].Session,
        reasons.Moved(s));

    private InstanceLoad Load(PlanningInstance instance, int i, int[] after) => new(
        instance.Session,
        instance.Status,
        instance.Zone,
        instance.Weight,
        before[i],
        after[i],
        draft.Held[i],
        standbys.Totals[i],
        schedule.Budget.InFlight[i]);

    private int[] Counts(int[] owner, int[] next)
    {
        var counts = new int[model.Instances.Length];
        for (var s = 0; s < owner.Length; s++)
        {
            if (model.Situation[s] == ShardSituation.Closing) continue;
            var at = owner[s] >= 0 && next[s] >= 0 ? next[s] : owner[s];
            if (at >= 0) counts[at]++;
        }
        return counts;
    }

    private double Spread(int[] counts)
    {
        var (total, weight) = (0.0, 0.0);
        for (var i = 0; i < counts.Length; i++)
        {
            if (!model.Accepts[i]) continue;
            total += counts[i];
            weight += model.Weight[i];
        }
        var (least, most) = (double.PositiveInfinity, double.NegativeInfinity);
        for (var i = 0; i < counts.Length; i++)
        {
            if (!model.Accepts[i]) continue;
            var excess = counts[i] - total * (model.Weight[i] / weight);
            least = Math.Min(least, excess);
            most = Math.Max(most, excess);
        }
        return most >= least ? most - least : 0;
    }
}
