using Divvy.Histories.KeyValue;

namespace Divvy.Histories.Watching;

/// <summary>A watch delivers only what it asked for: keys of its range, kinds it did not leave out, nothing before its start.
/// </summary>
internal sealed class FilteredRule : IWatchRule
{
    public string Name => "watch.filtered";

    public IEnumerable<(string Message, TimeSpan At)> Check(WatchHistory watch, EventLog log)
    {
        foreach (var (change, at) in watch.Delivered)
        {
            if (!watch.Request.Matches(change.Change))
                yield return ($"{change} was not asked for by {watch.Request}", at);
            else if (change.Revision < watch.First)
                yield return ($"{change} lies before the start at {watch.First}", at);
        }
    }
}
