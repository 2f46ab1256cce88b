namespace Divvy.Consensus.Mvcc.Watching;

/// <summary>The synced watchers by what they watch: those of one key by its hash, those of a range in a tree of
/// intervals. Watchers of equal ranges form a group, which is found as one.</summary>
internal sealed class WatcherIndex
{
    private readonly Dictionary<byte[], WatcherGroup>.AlternateLookup<ReadOnlySpan<byte>> byKey =
        new Dictionary<byte[], WatcherGroup>(KeyOrder.Instance).GetAlternateLookup<ReadOnlySpan<byte>>();

    private readonly IntervalTree byRange = new();

    /// <summary>Number of watchers.</summary>
    public int Count { get; private set; }

    public void Add(Watcher watcher)
    {
        var range = watcher.Spec.Keys;
        WatcherGroup? group;
        if (range.Kind != KeyRangeKind.Single)
            group = byRange.GetOrAdd(range);
        else if (!byKey.TryGetValue(range.Start.Span, out group))
            byKey[range.Start.Span] = group = new WatcherGroup(range);
        group.Add(watcher);
        watcher.Group = group;
        Count++;
    }

    /// <summary>Takes out a watcher if it is in.</summary>
    public void Remove(Watcher watcher)
    {
        if (watcher.Group is not { } group)
            return;
        watcher.Group = null;
        group.Remove(watcher);
        Count--;
        if (group.Count > 0)
            return;
        if (group.Range.Kind == KeyRangeKind.Single)
            byKey.Remove(group.Range.Start.Span);
        else
            byRange.Remove(group.Range);
    }

    /// <summary>Appends the groups that watch a key.</summary>
    public void Find(ReadOnlySpan<byte> key, List<WatcherGroup> into)
    {
        if (byKey.TryGetValue(key, out var exact))
            into.Add(exact);
        byRange.Find(key, into);
    }
}
