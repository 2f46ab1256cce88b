namespace Divvy.Consensus.Mvcc.Watching;

/// <summary>Hands some changes to all watchers of a group. What those with the same filter are to hear is made
/// once.</summary>
internal sealed class FanOut(WatchHub hub)
{
    private readonly EventList?[] lists = new EventList?[EventFilter.Kinds];

    public void Hand(WatcherGroup group, IReadOnlyList<KeyRecord> changes)
    {
        // A watcher whose stream is full leaves the group meanwhile, and the last one takes its place: from the end.
        for (var slot = group.Count - 1; slot >= 0; slot--)
        {
            var watcher = group[slot];
            var events = lists[watcher.Filter.Kind] ??= Make(watcher.Filter, changes);
            if (events.Count > 0)
                watcher.Stream.Offer(watcher, changes[0].ModRevision, events);
        }
        Array.Clear(lists);
    }

    private EventList Make(EventFilter filter, IReadOnlyList<KeyRecord> changes)
    {
        var batch = new EventBatch(hub.Store, filter);
        foreach (var change in changes)
            batch.Add(change);
        return batch.ToList();
    }
}
