namespace Divvy.Consensus.Mvcc.Watching;

/// <summary>
/// Tells watchers what changed, in order, without gaps or repeats, and without letting one that reads slowly hold up
/// the store or the others.
/// <para><b>States of a watcher.</b> <i>Synced</i>: it was told of everything, and each new revision is handed to its
/// stream as it is applied. <i>Unsynced</i>: it started in the past, or its stream was full when something changed;
/// it remembers the first revision it was not told of and reads on from the store's log, whole revisions at a time,
/// when its stream has room. A watcher goes back and forth between the two, so the memory of a stream is bounded
/// however slow its client is. <i>Compacted</i>: what it has yet to hear is gone; it is told so and ends.</para>
/// <para><b>Duties of the owner.</b> After every applied command: <see cref="Publish"/>. Now and then: <see
/// cref="Poll"/>. After each of these, and after each request to a stream: <see cref="TakeSignaled"/>, and for every
/// stream in it send what <see cref="WatchStream.Take"/> gives. All calls are serialised by the owner; messages may
/// be read outside.</para>
/// <para><b>Progress.</b> The answer to a manual request says that every watcher of the stream was told of everything
/// up to its revision. So it waits until all are synced, and until no start that lies ahead is passed over: a client
/// that resumes from it would otherwise miss events, or get some it did not ask for.</para>
/// <para>Source: etcd's documentation of the Watch API and of its guarantees (ordered, unique, reliable, atomic,
/// resumable, bookmarkable).</para>
/// </summary>
public sealed class WatchHub
{
    private readonly SortedDictionary<long, WatchStream> streams = [];
    private readonly WatcherIndex synced = new();
    private readonly List<WatchStream> signaled = [];
    private readonly List<WatcherGroup> found = [];
    private readonly FanOut fanOut;
    private long lastStreamId;
    private long published;

    public WatchHub(MvccStore store, WatchLimits limits)
    {
        Store = store;
        Limits = limits;
        published = store.Revision;
        fanOut = new FanOut(this);
    }

    /// <summary>Watchers of all streams.</summary>
    public int WatcherCount => streams.Values.Sum(stream => stream.WatcherCount);

    /// <summary>Watchers that are behind.</summary>
    public int UnsyncedCount => WatcherCount - synced.Count;

    public int StreamCount => streams.Count;

    /// <summary>Events that wait to be sent on all streams.</summary>
    public int PendingEvents => streams.Values.Sum(stream => stream.PendingEvents);

    internal MvccStore Store { get; private set; }

    internal WatchLimits Limits { get; }

    public WatchStream OpenStream(TimeSpan now)
    {
        var stream = new WatchStream(this, ++lastStreamId);
        streams.Add(stream.Id, stream);
        stream.ScheduleProgress(now);
        return stream;
    }

    /// <summary>Hands on what the store changed last, once.
    /// <exception cref="InvalidOperationException">It was not called after an earlier command that changed
    /// something.</exception></summary>
    public void Publish()
    {
        var unheard = Store.Revision - published;
        published = Store.Revision;
        if (unheard == 0 || streams.Count == 0)
            return;
        if (unheard > 1)
        {
            throw new InvalidOperationException(
                $"{unheard} revisions up to {Store.Revision} were not published one by one: watchers would miss some");
        }
        var changes = Store.LastChanges;
        if (changes.Count > 1)
        {
            PublishMany(changes);
            return;
        }
        found.Clear();
        synced.Find(changes[0].History.Key, found);
        foreach (var group in found)
            fanOut.Hand(group, changes);
    }

    /// <summary>Puts another store in the place of the one it has: the same log further on, as a member gets it with
    /// a snapshot. No watcher hears anything twice, and none misses anything without being told that it was
    /// compacted.
    /// <exception cref="ArgumentException">The store is behind the one it has.</exception></summary>
    public void Resume(MvccStore store)
    {
        var heardUpTo = Store.Revision;
        if (store.Revision < heardUpTo)
        {
            throw new ArgumentException(
                $"Watchers have heard of revision {heardUpTo}, and the store is at {store.Revision}", nameof(store));
        }
        Store = store;
        published = store.Revision;
        foreach (var stream in streams.Values)
            stream.Resume(heardUpTo);
    }

    /// <summary>Sends the progress that is due, and lets the watchers that are behind go on.</summary>
    public void Poll(TimeSpan now)
    {
        foreach (var stream in streams.Values)
            stream.Poll(now);
    }

    /// <summary>The streams that got something to send since the last call.</summary>
    public IReadOnlyList<WatchStream> TakeSignaled()
    {
        if (signaled.Count == 0)
            return [];
        var taken = signaled.ToArray();
        signaled.Clear();
        foreach (var stream in taken)
            stream.IsSignaled = false;
        return taken;
    }

    internal void Signal(WatchStream stream)
    {
        if (stream.IsSignaled)
            return;
        stream.IsSignaled = true;
        signaled.Add(stream);
    }

    internal void MarkSynced(Watcher watcher) => synced.Add(watcher);

    internal void MarkUnsynced(Watcher watcher) => synced.Remove(watcher);

    internal void Forget(WatchStream stream) => streams.Remove(stream.Id);

    /// <summary>A revision with several changes goes to each watcher as one message, with the changes that concern
    /// it.</summary>
    private void PublishMany(IReadOnlyList<KeyRecord> changes)
    {
        var order = new List<WatcherGroup>();
        var theirs = new Dictionary<WatcherGroup, List<KeyRecord>>(ReferenceEqualityComparer.Instance);
        foreach (var change in changes)
        {
            found.Clear();
            synced.Find(change.History.Key, found);
            foreach (var group in found)
            {
                if (!theirs.TryGetValue(group, out var records))
                {
                    theirs.Add(group, records = []);
                    order.Add(group);
                }
                records.Add(change);
            }
        }
        foreach (var group in order)
            fanOut.Hand(group, theirs[group]);
    }
}
