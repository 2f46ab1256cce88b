using Divvy.Histories.KeyValue;

namespace Divvy.Histories.Watching;

/// <summary>What etcd promises of watches (and its robustness suite validates), judged over all watches of a run against the
/// log of events: filtered, ordered, unique, atomic, resumable, bookmarkable, reliable, prev_kv; and faithful, that an event is
/// one that happened. Not thread-safe.</summary>
public sealed class WatchChecker
{
    private static readonly IWatchRule[] rules =
    [
        new FilteredRule(), new OrderedRule(), new UniqueRule(), new AtomicRule(), new ResumableRule(),
        new BookmarkableRule(), new ReliableRule(), new FaithfulRule(),
    ];

    private readonly List<WatchHistory> watches = [];
    private long compacted;

    public IReadOnlyList<WatchHistory> Watches => watches;

    /// <summary>A watch was asked for. The caller fills what is returned.</summary>
    public WatchHistory Observe(string name, WatchRequest request)
    {
        var watch = new WatchHistory(name, request);
        watches.Add(watch);
        return watch;
    }

    /// <summary>A compaction was asked for: values before this revision may be missing.</summary>
    public void ObserveCompaction(long revision) => compacted = Math.Max(compacted, revision);

    /// <summary>Every promise broken by any watch. Revisions before the log are not judged.</summary>
    public IReadOnlyList<Violation> Verdict(EventLog log) =>
        [.. from watch in watches
            from rule in rules.Append(new PreviousRule(compacted))
            from broken in rule.Check(watch, log)
            select new Violation(rule.Name, $"{watch.Name}: {broken.Message}", broken.At)];

    /// <summary>For the end of a run, when all has healed and there was time: watches that are open have everything.</summary>
    /// <param name="log">What happened.</param>
    /// <param name="upTo">Up to which revision they must have come.</param>
    /// <param name="now">The end of the run.</param>
    public IReadOnlyList<Violation> Behind(EventLog log, long upTo, TimeSpan now)
    {
        var found = new List<Violation>();
        foreach (var watch in watches.Where(watch => watch.IsOpen && watch.First is not null))
        {
            var delivered = watch.Delivered.Select(one => (one.Event.Revision, one.Event.Change.Key)).ToHashSet();
            List<StoreEvent> missing = [.. log.Between(watch.First!.Value, upTo, watch.Request.Matches)
                .Where(change => !delivered.Contains((change.Revision, change.Key)))];
            if (missing.Count > 0)
            {
                found.Add(new Violation(
                    "watch.behind", $"{watch.Name} lacks {missing.Count} events up to {upTo}, first {missing[0]}", now));
            }
        }

        return found;
    }
}
