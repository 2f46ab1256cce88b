namespace Divvy.Core.Planning;

/// <summary>Counts the moves under way, in all and by instance, against the policy.</summary>
internal sealed class MoveBudget
{
    private readonly PlannerPolicy policy;

    public MoveBudget(ClusterModel model)
    {
        policy = model.Policy;
        InFlight = new int[model.Instances.Length];
        for (var s = 0; s < model.Shards.Length; s++)
        {
            // A move that is being given up takes part until its owner has heard.
            if (model.Situation[s] is ShardSituation.InMotion or ShardSituation.Stranded)
            {
                Take(model.Owner[s], model.Next[s]);
            }
        }
    }

    /// <summary>Moves under way in all.</summary>
    public int Total { get; private set; }

    /// <summary>By instance: moves under way that it takes part in.</summary>
    public int[] InFlight { get; }

    /// <summary>Begins a move if there is budget for it.</summary>
    public bool TryTake(int from, int to)
    {
        if (Total >= policy.MaxMovesInFlight
            || InFlight[from] >= policy.MaxMovesPerInstance
            || InFlight[to] >= policy.MaxMovesPerInstance)
        {
            return false;
        }
        Take(from, to);
        return true;
    }

    private void Take(int from, int to)
    {
        Total++;
        InFlight[from]++;
        if (to >= 0) InFlight[to]++;
    }
}
