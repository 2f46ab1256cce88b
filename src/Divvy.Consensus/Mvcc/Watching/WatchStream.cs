namespace Divvy.Consensus.Mvcc.Watching;

/// <summary>The watches of one client connection, and what waits to be sent on it. Owned by its
/// <see cref="WatchHub"/>, whose owner serialises all calls.</summary>
public sealed class WatchStream
{
    private readonly WatchHub hub;
    private readonly SortedDictionary<long, Watcher> watchers = [];
    private readonly Queue<Watcher> unsynced = new();
    private readonly Queue<WatchMessage> ready = new();
    private CatchUpPiece? piece;
    private long readyBytes;
    private int readyEvents;
    private long nextWatchId;
    private TimeSpan nextProgress;
    private bool progressRequested;
    private bool isClosed;

    internal WatchStream(WatchHub hub, long id)
    {
        this.hub = hub;
        Id = id;
    }

    public long Id { get; }

    public int WatcherCount => watchers.Count;

    /// <summary>Events that wait to be taken.</summary>
    public int PendingEvents => readyEvents;

    /// <summary>False while the client leaves so many answers unread that its next request has to wait.</summary>
    public bool AcceptsRequests => ready.Count < 2 * hub.Limits.MaxQueuedMessages;

    internal bool IsSignaled { get; set; }

    private bool IsFull =>
        ready.Count >= hub.Limits.MaxQueuedMessages || readyBytes >= hub.Limits.MaxQueuedBytes;

    /// <summary>Starts a watch; the answer is queued before its first event.</summary>
    public void Create(WatchSpec spec)
    {
        var current = hub.Store.Revision;
        var refusal = Check(spec);
        if (refusal != WatchRefusal.None)
        {
            Enqueue(new WatchRefused(refusal, current));
            return;
        }
        var next = spec.StartRevision > 0 ? spec.StartRevision : current + 1;
        var watcher = new Watcher(this, spec.WatchId != 0 ? spec.WatchId : ChooseId(), spec, next);
        watchers.Add(watcher.Id, watcher);
        Enqueue(new WatchCreated(watcher.Id, current));
        if (next > current)
        {
            hub.MarkSynced(watcher);
            return;
        }
        unsynced.Enqueue(watcher);
        CatchUp();
    }

    /// <summary>Answers a create that the owner has refused, in its turn.</summary>
    public void Refuse(WatchRefusal refusal) => Enqueue(new WatchRefused(refusal, hub.Store.Revision));

    /// <summary>Ends a watch; nothing is answered when there is none of that number.</summary>
    public void Cancel(long watchId)
    {
        if (!watchers.TryGetValue(watchId, out var watcher))
            return;
        Remove(watcher);
        Enqueue(new WatchCanceled(watchId, hub.Store.Revision));
        AnswerProgress();
    }

    /// <summary>Asks for a progress message for all watches; it comes when it is true.</summary>
    public void RequestProgress()
    {
        progressRequested = true;
        AnswerProgress();
    }

    /// <summary>Moves messages to send, at most so many, and lets watchers that are behind go on in the room that
    /// this made. True when there is more to take at once.</summary>
    public bool Take(List<WatchMessage> into, int limit)
    {
        for (var taken = 0; taken < limit && ready.TryDequeue(out var message); taken++)
        {
            if (message is WatchEvents events)
                Count(events.Events, -1);
            into.Add(message);
        }
        CatchUp();
        return ready.Count > 0 || unsynced.Count > 0;
    }

    /// <summary>Ends the stream and all its watches.</summary>
    public void Close()
    {
        isClosed = true;
        foreach (var watcher in watchers.Values.ToArray())
            Remove(watcher);
        unsynced.Clear();
        ready.Clear();
        (readyBytes, readyEvents) = (0, 0);
        hub.Forget(this);
    }

    /// <summary>Takes what the newest revision changed for a synced watcher; a full stream makes it fall behind
    /// instead.</summary>
    internal void Offer(Watcher watcher, long revision, EventList events)
    {
        if (revision < watcher.NextRevision)
            return;
        if (IsFull)
            FallBehind(watcher, revision);
        else
            Enqueue(watcher, events);
    }

    /// <summary>Goes on with a store that was put in the place of another, which was at the given revision: synced
    /// watchers have heard of everything up to there.</summary>
    internal void Resume(long heardUpTo)
    {
        piece = null;
        foreach (var watcher in watchers.Values)
        {
            if (!watcher.IsSynced)
                continue;
            var next = Math.Max(watcher.NextRevision, heardUpTo + 1);
            if (next <= hub.Store.Revision)
                FallBehind(watcher, next);
        }
        CatchUp();
    }

    internal void Poll(TimeSpan now)
    {
        CatchUp();
        AnswerProgress();
        if (now < nextProgress)
            return;
        ScheduleProgress(now);
        var current = hub.Store.Revision;
        foreach (var watcher in watchers.Values)
        {
            var idle = !watcher.HeardSinceProgress;
            watcher.HeardSinceProgress = false;
            var wasToldAll = watcher.IsSynced && watcher.NextRevision <= current + 1;
            if (idle && wasToldAll && watcher.Spec.ProgressNotify && !IsFull)
                Enqueue(new WatchProgress(watcher.Id, current));
        }
    }

    internal void ScheduleProgress(TimeSpan now)
    {
        var interval = hub.Limits.ProgressInterval;
        // Spread by the stream's number: deterministic, and as good as dice here.
        nextProgress = now + interval + interval / 10 * (Id * 37 % 100 / 100.0);
    }

    private WatchRefusal Check(WatchSpec spec)
    {
        if (spec.Keys.Kind == KeyRangeKind.Interval && spec.Keys.Start.Span.SequenceCompareTo(spec.Keys.End.Span) >= 0)
            return WatchRefusal.EmptyRange;
        if (spec.WatchId != 0 && watchers.ContainsKey(spec.WatchId))
            return WatchRefusal.DuplicateId;
        return watchers.Count >= hub.Limits.MaxWatchersPerStream ? WatchRefusal.TooManyWatchers : WatchRefusal.None;
    }

    private long ChooseId()
    {
        while (watchers.ContainsKey(nextWatchId))
            nextWatchId++;
        return nextWatchId++;
    }

    private void Enqueue(WatchMessage message)
    {
        ready.Enqueue(message);
        hub.Signal(this);
    }

    private void Enqueue(Watcher watcher, EventList events)
    {
        Count(events, 1);
        watcher.HeardSinceProgress = true;
        Enqueue(new WatchEvents(watcher.Id, hub.Store.Revision, events, watcher.Spec.Fragment));
    }

    private void Count(EventList events, int sign)
    {
        readyBytes += sign * events.EstimatedBytes;
        readyEvents += sign * events.Count;
    }

    private void FallBehind(Watcher watcher, long nextRevision)
    {
        watcher.NextRevision = nextRevision;
        hub.MarkUnsynced(watcher);
        unsynced.Enqueue(watcher);
    }

    private void Remove(Watcher watcher)
    {
        watchers.Remove(watcher.Id);
        watcher.IsClosed = true;
        hub.MarkUnsynced(watcher);
    }

    /// <summary>Reads on for the watchers that are behind, in turns, while the stream has room.</summary>
    private void CatchUp()
    {
        if (unsynced.Count == 0 || isClosed)
            return;
        var budget = hub.Limits.MaxCatchUpRecords;
        while (budget > 0 && !IsFull && unsynced.TryDequeue(out var watcher))
        {
            if (watcher.IsClosed)
                continue;
            budget -= ReadOn(watcher, budget);
            if (watcher.IsClosed)
                continue;
            if (watcher.NextRevision > hub.Store.Revision)
                hub.MarkSynced(watcher);
            else
                unsynced.Enqueue(watcher);
        }
        if (unsynced.Count > 0 && !IsFull)
            hub.Signal(this);
        if (unsynced.Count == 0)
            piece = null;
        AnswerProgress();
    }

    /// <summary>Queues the next message of a watcher that is behind; returns how many records it looked at.</summary>
    private int ReadOn(Watcher watcher, int budget)
    {
        var store = hub.Store;
        if (watcher.NextRevision < store.CompactedRevision)
        {
            Remove(watcher);
            Enqueue(new WatchCompacted(watcher.Id, store.Revision, store.CompactedRevision));
            return 1;
        }
        var looked = 1;
        if (piece?.Serves(watcher) != true)
            piece = ReadPiece(watcher, budget, out looked);
        watcher.NextRevision = piece.Next;
        if (piece.Events.Count > 0)
            Enqueue(watcher, piece.Events);
        return looked;
    }

    private CatchUpPiece ReadPiece(Watcher watcher, int budget, out int looked)
    {
        var log = hub.Store.Log;
        var batch = new EventBatch(hub.Store, watcher.Filter);
        var first = log.FirstAtOrAfter(watcher.NextRevision);
        var revision = watcher.NextRevision;
        var position = first;
        for (; position < log.Count; position++)
        {
            var record = log[position];
            // Between two revisions only: the events of one revision stay together.
            if (record.ModRevision != revision)
            {
                if (position - first >= budget || batch.IsLarge(hub.Limits))
                    break;
                revision = record.ModRevision;
            }
            if (watcher.Spec.Keys.Contains(record.History.Key))
                batch.Add(record);
        }
        looked = Math.Max(1, position - first);
        var next = position < log.Count ? log[position].ModRevision : hub.Store.Revision + 1;
        return new CatchUpPiece(watcher.Spec.Keys, watcher.Filter, watcher.NextRevision, next, batch.ToList());
    }

    private void AnswerProgress()
    {
        if (!progressRequested || unsynced.Any(watcher => !watcher.IsClosed))
            return;
        var current = hub.Store.Revision;
        foreach (var watcher in watchers.Values)
        {
            if (watcher.NextRevision > current + 1)
                return;
        }
        progressRequested = false;
        Enqueue(new WatchProgress(WatchProgress.AllWatches, current));
    }
}
