namespace Divvy.Core.Planning;

/// <summary>
/// Decides who is to own what: a pure function of one snapshot of instances and shards. The same input, in any order,
/// gives the same plan, so any server may preview what the leader will do, and a plan can be explained after the fact.
/// <para>
/// It goes in four steps, each a type of its own. <see cref="PlacementDraft"/> settles what no strategy has a say in:
/// moves under way count where they go, pins hold, cordoned instances keep theirs, warm instances take over from lost
/// ones. The strategy then finds a place for every other shard. <see cref="PlanSchedule"/> takes of that what the
/// budget of moves allows now; the rest is not remembered but planned again, from what has become of the cluster by
/// then.
/// <see cref="StandbyPlacement"/> last chooses who is kept warm.
/// </para>
/// <para>
/// It never changes the record of a shard on the move, but to give the move up: when the next owner is gone, when it
/// drains, or when a pin wants another, the latter two only while the owner does not yield yet. That is why every
/// interruption is harmless: planning again continues from the records alone.
/// </para>
/// <para>What it decides is checked by <see cref="PlanChecker"/>, which uses none of its code.</para>
/// </summary>
public static class Planner
{
    /// <summary>Plans the next changes. Thread-safe; O(n log n), about a second for 100,000 shards on 1,000
    /// instances.</summary>
    /// <exception cref="ArgumentException">An instance or shard id is there twice.</exception>
    /// <exception cref="ArgumentOutOfRangeException">The policy is outside its ranges.</exception>
    public static PlanResult Plan(PlanningInput input)
    {
        ArgumentNullException.ThrowIfNull(input);
        input.Policy.Validate();
        var model = new ClusterModel(input);
        var draft = new PlacementDraft(model);
        switch (model.Policy.Strategy)
        {
            case PlacementStrategy.Rendezvous:
                RendezvousPlacement.Place(model, draft);
                break;
            case PlacementStrategy.ConsistentHashBounded:
                BoundedRingPlacement.Place(model, draft);
                break;
            default:
                BalancedPlacement.Place(model, draft);
                break;
        }
        var schedule = new PlanSchedule(model, draft);
        return new PlanWriter(model, draft, schedule, new StandbyPlacement(model, schedule)).Write();
    }
}
