using Divvy.Histories.KeyValue;

namespace Divvy.Histories.Watching;

/// <summary>An event is one that happened, with the numbers it has in the log: created when the log says so, the same version,
/// value and lease.</summary>
internal sealed class FaithfulRule : IWatchRule
{
    public string Name => "watch.faithful";

    public IEnumerable<(string Message, TimeSpan At)> Check(WatchHistory watch, EventLog log)
    {
        foreach (var (change, at) in watch.Delivered.Where(one => log.Has(one.Event.Revision) || one.Event.Revision > log.Last))
        {
            var there = log.Has(change.Revision)
                ? log.EventsAt(change.Revision).FirstOrDefault(one => one.Key == change.Change.Key)
                : null;
            if (there is null || there.IsDelete != change.Change.IsDelete || (!there.IsDelete && there != change.Change))
                yield return ($"{change} is not what happened: {there?.ToString() ?? "nothing"}", at);
        }
    }
}
