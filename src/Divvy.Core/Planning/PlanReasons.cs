using Divvy.Core.Identity;

namespace Divvy.Core.Planning;

/// <summary>Says why, in words that stand in the record, in events and in <c>divvy plan</c>.</summary>
internal sealed class PlanReasons(ClusterModel model, PlacementDraft draft, int[] before)
{
    private readonly Dictionary<(SessionRef Gone, bool Warm), string> takeovers = [];

    public string Placed(int s)
    {
        if (model.Shards[s].Owner is not { } gone)
        {
            return model.Pin[s] >= 0 ? $"first owner: pinned to {model.NameOf(model.Pin[s])}" : "first owner";
        }
        var key = (gone, draft.IsRescue[s]);
        if (!takeovers.TryGetValue(key, out var reason))
        {
            reason = key.Item2 ? $"{gone.Instance} is gone: a warm instance takes over" : $"{gone.Instance} is gone";
            takeovers.Add(key, reason);
        }
        return reason;
    }

    public string Cancelled(int s)
    {
        var next = model.Next[s];
        if (next < 0) return $"next owner {model.Shards[s].Next?.Instance.Value ?? "(none)"} is gone";
        return model.Instances[next].Status == InstanceStatus.Draining
            ? $"next owner {model.NameOf(next)} drains"
            : $"pinned to {model.NameOf(model.Pin[s])}";
    }

    public string Moved(int s)
    {
        var (from, to) = (model.Owner[s], draft.Destination[s]);
        if (to == model.Pin[s]) return $"pinned to {model.NameOf(to)}";
        if (model.Instances[from].Status == InstanceStatus.Draining) return $"drain of {model.NameOf(from)}";
        return model.Policy.Strategy switch
        {
            PlacementStrategy.Rendezvous => $"rendezvous: {model.NameOf(to)} ranks highest",
            PlacementStrategy.ConsistentHashBounded => $"consistent hash: {model.NameOf(to)} is next with room",
            _ => before[to] == 0
                ? $"{model.NameOf(to)} joined: balance {before[from]} > {draft.Held[from]}"
                : $"balance of {model.NameOf(from)}: {before[from]} > {draft.Held[from]}",
        };
    }

    public string Stuck(int s)
    {
        var owner = model.Owner[s];
        return owner < 0
            ? "no instance takes shards: start one, or uncordon one"
            : $"no instance takes shards: it stays at {model.NameOf(owner)}, which drains";
    }
}
