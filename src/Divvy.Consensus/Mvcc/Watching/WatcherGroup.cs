namespace Divvy.Consensus.Mvcc.Watching;

/// <summary>The synced watchers of one range.</summary>
internal sealed class WatcherGroup(KeyRange range)
{
    private readonly List<Watcher> watchers = [];

    public KeyRange Range { get; } = range;

    public int Count => watchers.Count;

    public Watcher this[int slot] => watchers[slot];

    public void Add(Watcher watcher)
    {
        watcher.Slot = watchers.Count;
        watchers.Add(watcher);
    }

    /// <summary>Takes out a watcher; the last one takes its place.</summary>
    public void Remove(Watcher watcher)
    {
        var last = watchers[^1];
        watchers[watcher.Slot] = last;
        last.Slot = watcher.Slot;
        watchers.RemoveAt(watchers.Count - 1);
    }
}
