using Divvy.Histories.KeyValue;

namespace Divvy.Histories.Watching;

/// <summary>If it was asked for, each event brings the key as it was one revision before; only a compaction may take it.
/// </summary>
internal sealed class PreviousRule(long compacted) : IWatchRule
{
    public string Name => "watch.prev_kv";

    public IEnumerable<(string Message, TimeSpan At)> Check(WatchHistory watch, EventLog log)
    {
        foreach (var (change, at) in watch.Delivered.Where(one => log.Knows(one.Event.Revision - 1)))
        {
            var before = watch.Request.WithPrevious ? log.StateAt(change.Revision - 1)[change.Change.Key] : null;
            var mayBeGone = change.Previous is null && change.Revision - 1 < compacted;
            if (change.Previous != before && !mayBeGone)
                yield return ($"{change} brings {Text(change.Previous)} as the value before, which was {Text(before)}", at);
        }
    }

    private static string Text(KeyRecord? record) => record?.ToString() ?? "nothing";
}
