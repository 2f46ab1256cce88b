using Divvy.Histories.KeyValue;

namespace Divvy.Histories.Watching;

/// <summary>No event is delivered twice. In one revision a key changes once.</summary>
internal sealed class UniqueRule : IWatchRule
{
    public string Name => "watch.unique";

    public IEnumerable<(string Message, TimeSpan At)> Check(WatchHistory watch, EventLog log)
    {
        var seen = new HashSet<(long, string)>();
        foreach (var (change, at) in watch.Delivered)
        {
            if (!seen.Add((change.Revision, change.Change.Key)))
                yield return ($"{change} comes a second time", at);
        }
    }
}
