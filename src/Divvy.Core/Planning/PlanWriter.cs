using System.Collections.Immutable;
using Divvy.Core.Identity;

namespace Divvy.Core.Planning;

/// <summary>Writes down what was decided: the plan and its report.</summary>
internal sealed class PlanWriter
{
    private readonly ClusterModel _model;
    private readonly PlacementDraft _draft;
    private readonly PlanSchedule _schedule;
    private readonly StandbyPlacement _standbys;
    private readonly int[] _before;
    private readonly PlanReasons _reasons;
    private int _standbyChanges;

    public PlanWriter(ClusterModel model, PlacementDraft draft, PlanSchedule schedule, StandbyPlacement standbys)
    {
        (_model, _draft, _schedule, _standbys) = (model, draft, schedule, standbys);
        _before = Counts(model.Owner, model.Next);
        _reasons = new PlanReasons(model, draft, _before);
    }

    public PlanResult Write()
    {
        var plan = new AssignmentPlan(Changes());
        return new PlanResult(plan, Report());
    }

    private ImmutableArray<PlannedChange> Changes()
    {
        var changes = ImmutableArray.CreateBuilder<PlannedChange>();
        var written = new bool[_model.Shards.Length];
        foreach (var s in _schedule.Placed)
        {
            var kind = _model.Shards[s].Owner is null ? PlannedChangeKind.Assign : PlannedChangeKind.Takeover;
            Add(s, kind, _schedule.OwnerAfter[s], _reasons.Placed(s));
        }
        foreach (var s in _schedule.Cancelled) Add(s, PlannedChangeKind.CancelMove, -1, _reasons.Cancelled(s));
        foreach (var s in _schedule.Moved) Add(s, PlannedChangeKind.Move, _schedule.NextAfter[s], _reasons.Moved(s));
        for (var s = 0; s < written.Length; s++)
        {
            if (written[s] || !_standbys.MayChange(s)) continue;
            var before = _model.Shards[s].Standbys;
            var after = _standbys.Of(s);
            if (after == before || (before.IsDefault && after.IsEmpty)) continue;
            _standbyChanges++;
            changes.Add(new(_model.Shards[s].Shard, PlannedChangeKind.SetStandbys, null, after, "standbys"));
        }
        return changes.DrainToImmutable();

        void Add(int s, PlannedChangeKind kind, int to, string reason)
        {
            written[s] = true;
            SessionRef? session = to < 0 ? null : _model.Instances[to].Session;
            changes.Add(new(_model.Shards[s].Shard, kind, session, _standbys.Of(s), reason));
        }
    }

    private PlanReport Report()
    {
        var after = Counts(_schedule.OwnerAfter, _schedule.NextAfter);
        var takeovers = _schedule.Placed.Count(s => _model.Shards[s].Owner is not null);
        return new PlanReport
        {
            Strategy = _model.Policy.Strategy,
            Shards = _model.Situation.Count(situation => situation != ShardSituation.Closing),
            Assignments = _schedule.Placed.Count - takeovers,
            Takeovers = takeovers,
            FastActivations = _schedule.Placed.Count(s => _draft.IsRescue[s]),
            Moves = _schedule.Moved.Count,
            CancelledMoves = _schedule.Cancelled.Count,
            StandbyChanges = _standbyChanges,
            MovesInFlight = _schedule.InFlightBefore,
            MinimumMoves = _schedule.Moved.Count + _schedule.Deferred.Count,
            DeferredMoves = _schedule.Deferred.Count,
            Deferred = [.. _schedule.Deferred.Take(PlanReport.MaxDeferredListed).Select(Deferred)],
            Unplaceable = [.. _schedule.Stuck.Select(Unplaceable)],
            Instances = [.. _model.Instances.Select((instance, i) => Load(instance, i, after))],
            SpreadBefore = Spread(_before),
            SpreadAfter = Spread(after),
        };
    }

    private UnplaceableShard Unplaceable(int s) => new(_model.Shards[s].Shard, _reasons.Stuck(s));

    private DeferredMove Deferred(int s) => new(
        _model.Shards[s].Shard,
        _model.Instances[_model.Owner[s]].Session,
        _model.Instances[_draft.Destination[s]].Session,
        _reasons.Moved(s));

    private InstanceLoad Load(PlanningInstance instance, int i, int[] after) => new(
        instance.Session,
        instance.Status,
        instance.Zone,
        instance.Weight,
        _before[i],
        after[i],
        _draft.Held[i],
        _standbys.Totals[i],
        _schedule.Budget.InFlight[i]);

    private int[] Counts(int[] owner, int[] next)
    {
        var counts = new int[_model.Instances.Length];
        for (var s = 0; s < owner.Length; s++)
        {
            if (_model.Situation[s] == ShardSituation.Closing) continue;
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
            if (!_model.Accepts[i]) continue;
            total += counts[i];
            weight += _model.Weight[i];
        }
        var (least, most) = (double.PositiveInfinity, double.NegativeInfinity);
        for (var i = 0; i < counts.Length; i++)
        {
            if (!_model.Accepts[i]) continue;
            var excess = counts[i] - total * (_model.Weight[i] / weight);
            least = Math.Min(least, excess);
            most = Math.Max(most, excess);
        }
        return most >= least ? most - least : 0;
    }
}
