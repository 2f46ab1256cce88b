using Divvy.Histories.KeyValue;

namespace Divvy.Histories.Watching;

/// <summary>Revisions never go back.</summary>
internal sealed class OrderedRule : IWatchRule
{
    public string Name => "watch.ordered";

    public IEnumerable<(string Message, TimeSpan At)> Check(WatchHistory watch, EventLog log)
    {
        var last = 0L;
        foreach (var (change, at) in watch.Delivered)
        {
            if (change.Revision < last)
                yield return ($"{change} comes after revision {last}", at);
            last = change.Revision;
        }
    }
}
