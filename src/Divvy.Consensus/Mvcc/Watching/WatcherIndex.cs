namespace Divvy.Consensus.Mvcc.Watching;

/// <summary>The synced watchers by what they watch. Those of one key are looked up; those of a range are grouped by
/// equal ranges, and every group is asked, which is cheap while there are few different ranges.</summary>
internal sealed class WatcherIndex
{
    private readonly Dictionary<byte[], List<Watcher>> byKey = new(KeyOrder.Instance);
    private readonly List<RangeGroup> byRange = [];

    public int Count { get; private set; }

    public void Add(Watcher watcher)
    {
        Count++;
        GroupFor(watcher.Spec.Keys).Add(watcher);
    }

    public void Remove(Watcher watcher)
    {
        var range = watcher.Spec.Keys;
        var group = GroupFor(range);
        if (group.Remove(watcher))
            Count--;
        if (group.Count > 0)
            return;
        if (range.Kind == KeyRangeKind.Single)
            byKey.Remove(range.Start.ToArray());
        else
            byRange.RemoveAll(candidate => candidate.Watchers == group);
    }

    /// <summary>Appends the watchers of a key.</summary>
    public void Find(KeyRecord record, List<Watcher> into)
    {
        if (byKey.TryGetValue(record.History.Key, out var exact))
            into.AddRange(exact);
        foreach (var group in byRange)
        {
            if (group.Range.Contains(record.History.Key))
                into.AddRange(group.Watchers);
        }
    }

    private List<Watcher> GroupFor(KeyRange range)
    {
        if (range.Kind == KeyRangeKind.Single)
        {
            var key = range.Start.ToArray();
            if (!byKey.TryGetValue(key, out var exact))
                byKey.Add(key, exact = []);
            return exact;
        }
        foreach (var group in byRange)
        {
            if (group.Range.SameAs(range))
                return group.Watchers;
        }
        var added = new RangeGroup(range, []);
        byRange.Add(added);
        return added.Watchers;
    }

    private sealed record RangeGroup(KeyRange Range, List<Watcher> Watchers);
}
