namespace Divvy.Core.Planning;

/// <summary>What of a placement happens now: first what nobody serves, then moves to give up, then moves as far as the
/// budget goes (drains, pins, the rest, since a drain has somebody waiting).</summary>
internal sealed class PlanSchedule
{
    private readonly ClusterModel model;
    private readonly PlacementDraft draft;

    public PlanSchedule(ClusterModel model, PlacementDraft draft)
    {
        (this.model, this.draft) = (model, draft);
        Budget = new MoveBudget(model);
        InFlightBefore = Budget.Total;
        OwnerAfter = (int[])model.Owner.Clone();
        NextAfter = (int[])model.Next.Clone();
        var (drains, pins, others) = (new List<int>(), new List<int>(), new List<int>());
        for (var s = 0; s < model.Shards.Length; s++)
        {
            var (owner, to) = (model.Owner[s], draft.Destination[s]);
            switch (model.Situation[s])
            {
                case ShardSituation.Unowned when to >= 0:
                    Placed.Add(s);
                    (OwnerAfter[s], NextAfter[s]) = (to, ClusterModel.Nobody);
                    break;
                case ShardSituation.Stranded:
                    Cancelled.Add(s);
                    NextAfter[s] = ClusterModel.Nobody;
                    break;
                case ShardSituation.Unowned:
                case ShardSituation.Settled when to < 0:
                    Stuck.Add(s);
                    break;
                case ShardSituation.Settled when to != owner:
                    (IsDraining(owner) ? drains : to == model.Pin[s] ? pins : others).Add(s);
                    break;
            }
        }
        Schedule(drains);
        Schedule(pins);
        Schedule(others);
    }

    public MoveBudget Budget { get; }

    public int InFlightBefore { get; }

    /// <summary>By shard: its owner once the plan is committed.</summary>
    public int[] OwnerAfter { get; }

    /// <summary>By shard: its next owner once the plan is committed.</summary>
    public int[] NextAfter { get; }

    /// <summary>Unserved shards that get an owner.</summary>
    public List<int> Placed { get; } = [];

    public List<int> Cancelled { get; } = [];

    /// <summary>Moves that begin, in order.</summary>
    public List<int> Moved { get; } = [];

    /// <summary>Moves that wait for the budget.</summary>
    public List<int> Deferred { get; } = [];

    /// <summary>Shards that ought to have another owner, and none can have them.</summary>
    public List<int> Stuck { get; } = [];

    private bool IsDraining(int instance) => model.Instances[instance].Status == InstanceStatus.Draining;

    private void Schedule(List<int> moves)
    {
        foreach (var s in moves)
        {
            var to = draft.Destination[s];
            if (!Budget.TryTake(model.Owner[s], to))
            {
                Deferred.Add(s);
                continue;
            }
            NextAfter[s] = to;
            Moved.Add(s);
        }
    }
}
