namespace Divvy.Core.Planning;

/// <summary>
/// Each instance holds its share by capacity, and only what must move does.
/// <para>
/// Targets are whole shares by capacity (see <see cref="Apportionment"/>) of all shards but those that cordoned
/// instances keep. Given the targets, an instance above its own gives away just the excess, one below only receives,
/// and homeless shards fill room first: so moves = homeless moves + sum of the excesses, and no plan with these targets
/// does with fewer. A balanced state is its own target, so planning it again moves nothing.
/// </para>
/// </summary>
internal static class BalancedPlacement
{
    public static void Place(ClusterModel model, PlacementDraft draft)
    {
        var targets = Targets(model, draft);
        var room = new LoadHeap(model.Instances.Length);
        // Taken down before the homeless come: one that lands above a target, for want of a better place, may not
        // arrive for a while, and pushes nobody out before it has.
        var excess = new int[targets.Length];
        for (var i = 0; i < targets.Length; i++)
        {
            excess[i] = draft.Held[i] - targets[i];
            Offer(model, draft, targets, room, i);
        }

        foreach (var s in draft.Homeless)
        {
            var to = room.Lowest(model.Penalised(s));
            if (to < 0) to = FallbackPlacement.Choose(model, draft.Held, s);
            if (to < 0) continue;
            draft.Send(s, to);
            Offer(model, draft, targets, room, to);
        }
        // Shards that avoid somebody go last: those that do not are enough nearly always.
        GiveAway(model, draft, targets, excess, room, penalisedOnes: false);
        GiveAway(model, draft, targets, excess, room, penalisedOnes: true);
    }

    private static int[] Targets(ClusterModel model, PlacementDraft draft)
    {
        var count = model.Instances.Length;
        var (weights, kept) = (new double[count], new int[count]);
        var total = draft.Homeless.Count;
        for (var i = 0; i < count; i++)
        {
            total += draft.Held[i];
            weights[i] = model.Accepts[i] ? model.Weight[i] : 0;
            // What a draining instance still has to get rid of is shared out ahead: it will come.
            if (model.Instances[i].Status != InstanceStatus.Draining) kept[i] = draft.Fixed[i];
        }
        return Apportionment.Share(total, weights, kept, draft.Held);
    }

    private static void GiveAway(
        ClusterModel model, PlacementDraft draft, int[] targets, int[] excess, LoadHeap room, bool penalisedOnes)
    {
        for (var s = 0; s < draft.Destination.Length; s++)
        {
            if (!draft.IsFree[s]) continue;
            var penalised = model.Penalised(s);
            var from = draft.Destination[s];
            if (excess[from] <= 0 || penalised.IsEmpty == penalisedOnes) continue;
            var to = room.Lowest(penalised);
            if (to < 0) continue;
            draft.IsFree[s] = false;
            excess[from]--;
            draft.Send(s, to);
            Offer(model, draft, targets, room, to);
        }
    }

    private static void Offer(ClusterModel model, PlacementDraft draft, int[] targets, LoadHeap room, int instance)
    {
        if (model.Accepts[instance] && draft.Held[instance] < targets[instance])
        {
            room.Set(instance, (draft.Held[instance] + 1) / model.Weight[instance]);
        }
        else
        {
            room.Remove(instance);
        }
    }
}
