namespace Divvy.Core.Planning;

/// <summary>Where each shard is to end up, while it is being decided: first what no strategy has a say in, then the
/// rest. The budget plays no part here; what does not fit it is deferred later, and planned again from what has become
/// of it.</summary>
internal sealed class PlacementDraft
{
    private readonly ClusterModel model;

    public PlacementDraft(ClusterModel model)
    {
        this.model = model;
        Destination = new int[model.Shards.Length];
        IsFree = new bool[model.Shards.Length];
        IsRescue = new bool[model.Shards.Length];
        Held = new int[model.Instances.Length];
        Fixed = new int[model.Instances.Length];
        Array.Fill(Destination, ClusterModel.Nobody);
        var unowned = new List<int>();
        var leaving = new List<int>();
        for (var s = 0; s < model.Shards.Length; s++) Sort(s, unowned, leaving);
        Homeless = [.. Rescue(unowned), .. leaving];
    }

    /// <summary>By shard: where it is to be; <see cref="ClusterModel.Nobody"/> while that is open.</summary>
    public int[] Destination { get; }

    /// <summary>By shard: it is where it may stay, and a strategy may move it.</summary>
    public bool[] IsFree { get; }

    /// <summary>By shard: a warm instance takes over from an owner that is gone.</summary>
    public bool[] IsRescue { get; }

    /// <summary>By instance: shards that are to be there.</summary>
    public int[] Held { get; }

    /// <summary>By instance: those of <see cref="Held"/> that no strategy may move.</summary>
    public int[] Fixed { get; }

    /// <summary>Shards that need a place: those that nobody serves first, then those that a draining instance
    /// has.</summary>
    public IReadOnlyList<int> Homeless { get; }

    /// <summary>Sends a shard somewhere, or somewhere else.</summary>
    public void Send(int shard, int to)
    {
        if (Destination[shard] >= 0) Held[Destination[shard]]--;
        Destination[shard] = to;
        Held[to]++;
    }

    private void Sort(int s, List<int> unowned, List<int> leaving)
    {
        switch (model.Situation[s])
        {
            case ShardSituation.Closing:
                return;
            case ShardSituation.InMotion:
                Fix(s, model.Next[s]);
                return;
            case ShardSituation.Stranded:
                Fix(s, model.Owner[s]);
                return;
            case ShardSituation.Unowned when model.Pin[s] >= 0:
                Fix(s, model.Pin[s]);
                return;
            case ShardSituation.Unowned:
                unowned.Add(s);
                return;
            default:
                SortSettled(s, leaving);
                return;
        }
    }

    private void SortSettled(int s, List<int> leaving)
    {
        var (owner, pin) = (model.Owner[s], model.Pin[s]);
        var status = model.Instances[owner].Status;
        if (pin >= 0)
        {
            // Where the pin's instance failed to prepare the shard of late, the owner serves on until the penalty ends.
            var waits = model.IsPenalised(s, pin) && status != InstanceStatus.Draining;
            Fix(s, waits ? owner : pin);
        }
        else if (status == InstanceStatus.Draining)
        {
            leaving.Add(s);
        }
        else if (status == InstanceStatus.Cordoned)
        {
            Fix(s, owner);
        }
        else
        {
            IsFree[s] = true;
            Send(s, owner);
        }
    }

    /// <summary>Gives shards to instances that are warm for them, whatever the balance: a takeover that need not load
    /// anything is over sooner, and the balance can be mended later without hurry. Returns the shards without
    /// one.</summary>
    private List<int> Rescue(List<int> unowned)
    {
        var cold = new List<int>(unowned.Count);
        foreach (var s in unowned)
        {
            var rescuer = model.Next[s];
            if (!CanRescue(s, rescuer)) rescuer = LeastLoadedStandby(s);
            if (rescuer < 0)
            {
                cold.Add(s);
                continue;
            }
            IsRescue[s] = true;
            Fix(s, rescuer);
        }
        return cold;
    }

    private int LeastLoadedStandby(int s)
    {
        var best = ClusterModel.Nobody;
        if (model.Shards[s].Standbys.IsDefaultOrEmpty) return best;
        foreach (var session in model.Shards[s].Standbys)
        {
            var standby = model.IndexOf(session);
            if (CanRescue(s, standby) && (best < 0 || LoadWithOneMore(standby) < LoadWithOneMore(best))) best = standby;
        }
        return best;
    }

    private bool CanRescue(int s, int instance) =>
        instance >= 0 && model.Accepts[instance] && !model.IsPenalised(s, instance);

    private double LoadWithOneMore(int instance) => (Held[instance] + 1) / model.Weight[instance];

    private void Fix(int s, int instance)
    {
        Send(s, instance);
        Fixed[instance]++;
    }
}
