namespace Divvy.Histories.Ownership;

/// <summary>Turns "is active now" and "is active no more" into intervals. Not thread-safe.</summary>
public sealed class OwnershipRecorder
{
    private readonly SortedDictionary<(string Shard, string Instance), (long Generation, TimeSpan From)> active = [];
    private readonly List<OwnershipInterval> intervals = [];

    /// <summary>The instance begins to believe that the shard is its own, or goes on under another generation.</summary>
    public void ObserveActive(string instance, string shard, long generation, TimeSpan at)
    {
        if (active.TryGetValue((shard, instance), out var open) && open.Generation == generation)
            return;
        ObserveInactive(instance, shard, at);
        active[(shard, instance)] = (generation, at);
    }

    /// <summary>It believes so no more. Nothing when it did not.</summary>
    public void ObserveInactive(string instance, string shard, TimeSpan at)
    {
        if (active.Remove((shard, instance), out var open))
            intervals.Add(new OwnershipInterval(shard, open.Generation, instance, open.From, at));
    }

    /// <summary>The process is gone, and all its beliefs.</summary>
    public void ObserveDeath(string instance, TimeSpan at)
    {
        foreach (var (shard, _) in active.Keys.Where(key => key.Instance == instance).ToList())
            ObserveInactive(instance, shard, at);
    }

    /// <summary>All intervals; those that are open end now.</summary>
    public IReadOnlyList<OwnershipInterval> At(TimeSpan now) =>
        [.. intervals, .. active.Select(one =>
            new OwnershipInterval(one.Key.Shard, one.Value.Generation, one.Key.Instance, one.Value.From, now))];
}
