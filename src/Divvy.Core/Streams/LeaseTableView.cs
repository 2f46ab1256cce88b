namespace Divvy.Core.Streams;

/// <summary>The lease table as one worker sees it: rows, workers, and how long each has been silent by this worker's
/// own clock. No time of another machine is ever compared.</summary>
internal sealed class LeaseTableView(LeaseSettings settings, TimeSpan began)
{
    private readonly SortedDictionary<string, SeenLease> rows = new(StringComparer.Ordinal);
    private readonly SortedDictionary<string, SeenWorker> workers = new(StringComparer.Ordinal);

    public IReadOnlyDictionary<string, SeenLease> Rows => rows;

    /// <summary>When the last worker joined; at first this one.</summary>
    public TimeSpan LastJoin { get; private set; } = began;

    /// <summary>Takes a reading of the whole table. Returns the rows that say something newer than was known.</summary>
    public List<StreamLease> See(
        IReadOnlyList<StreamLease> read, IReadOnlyList<WorkerBeat> beats, TimeSpan asked, TimeSpan now)
    {
        var newer = read.Where(row => Learn(row, asked, now)).ToList();
        var present = read.Select(static row => row.Key).ToHashSet(StringComparer.Ordinal);
        foreach (var gone in rows.Where(row => !present.Contains(row.Key) && row.Value.LearntAt < asked).ToList())
            rows.Remove(gone.Key);
        foreach (var beat in beats)
            Hear(beat, now);
        var alive = beats.Select(static beat => beat.Worker).ToHashSet(StringComparer.Ordinal);
        foreach (var gone in workers.Keys.Where(worker => !alive.Contains(worker)).ToList())
            workers.Remove(gone);
        return newer;
    }

    public bool Learn(StreamLease row, TimeSpan asked, TimeSpan now)
    {
        if (rows.TryGetValue(row.Key, out var seen))
            return seen.Learn(row, asked, now, settings.Duration);
        rows.Add(row.Key, new SeenLease(row, now));
        return true;
    }

    public void Forget(string key) => rows.Remove(key);

    /// <summary>Whether a worker lives: its beats are heard, or it holds a lease that is renewed.</summary>
    public bool Lives(string worker, TimeSpan now) =>
        (workers.TryGetValue(worker, out var seen) && now - seen.Since < settings.Duration)
        || rows.Values.Any(
            row => row.Row.Holder == worker && !row.Row.IsFinished && !row.IsFree(now, settings.Duration));

    /// <summary>Whether a worker lives and stays.</summary>
    public bool Stays(string worker, TimeSpan now) =>
        !(workers.TryGetValue(worker, out var seen) && seen.Beat.IsLeaving) && Lives(worker, now);

    /// <summary>The workers that live and stay, in order; this one among them if it stays.</summary>
    public List<string> Staying(bool withSelf, TimeSpan now)
    {
        var staying = new SortedSet<string>(StringComparer.Ordinal);
        foreach (var (worker, seen) in workers)
        {
            if (!seen.Beat.IsLeaving && now - seen.Since < settings.Duration)
                staying.Add(worker);
        }

        foreach (var row in rows.Values)
        {
            if (row.Row.Holder is { } holder && !row.Row.IsFinished && !row.IsFree(now, settings.Duration)
                && !(workers.TryGetValue(holder, out var seen) && seen.Beat.IsLeaving))
                staying.Add(holder);
        }

        staying.Remove(settings.Worker);
        if (withSelf)
            staying.Add(settings.Worker);
        return [.. staying];
    }

    /// <summary>When the next lease will have been silent for too long; null: none that is known.</summary>
    public TimeSpan? NextExpiry(TimeSpan now)
    {
        TimeSpan? next = null;
        foreach (var row in rows.Values)
        {
            var at = row.CounterSince + settings.Duration;
            if (row.Row.Holder is not null && !row.Row.IsFinished && at > now && (next is null || at < next))
                next = at;
        }

        return next;
    }

    /// <summary>Notes since when each lease is free.</summary>
    public void MarkFree(TimeSpan now)
    {
        foreach (var row in rows.Values)
            row.FreeSince = row.IsFree(now, settings.Duration) ? row.FreeSince ?? now : null;
    }

    private void Hear(WorkerBeat beat, TimeSpan now)
    {
        if (beat.Worker == settings.Worker)
            return;
        if (!workers.TryGetValue(beat.Worker, out var seen))
        {
            workers.Add(beat.Worker, new SeenWorker(beat, now));
            LastJoin = now;
            return;
        }

        if (seen.Beat == beat)
            return;
        if (seen.Beat.Incarnation != beat.Incarnation || now - seen.Since >= settings.Duration)
            LastJoin = now;
        workers[beat.Worker] = new SeenWorker(beat, now);
    }

    private sealed record SeenWorker(WorkerBeat Beat, TimeSpan Since);
}
