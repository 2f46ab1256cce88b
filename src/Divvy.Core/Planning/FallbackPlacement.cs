namespace Divvy.Core.Planning;

/// <summary>Where a shard goes that a strategy found no room for, because the instances with room failed to prepare it
/// of late: to the least loaded that did not, else to the least loaded.</summary>
internal static class FallbackPlacement
{
    /// <summary>The instance; <see cref="ClusterModel.Nobody"/> if none takes shards.</summary>
    /// <param name="model">The cluster.</param>
    /// <param name="loads">By instance: shards placed so far.</param>
    /// <param name="shard">The shard.</param>
    public static int Choose(ClusterModel model, int[] loads, int shard)
    {
        var best = ClusterModel.Nobody;
        var bestRank = (Penalised: true, Load: double.PositiveInfinity);
        for (var i = 0; i < model.Instances.Length; i++)
        {
            if (!model.Accepts[i]) continue;
            var rank = (Penalised: model.IsPenalised(shard, i), Load: (loads[i] + 1) / model.Weight[i]);
            if (rank.CompareTo(bestRank) >= 0) continue;
            best = i;
            bestRank = rank;
        }
        return best;
    }
}
