using Divvy.Histories.KeyValue;

namespace Divvy.Histories.Watching;

/// <summary>Between the first and the last event delivered none is left out.</summary>
internal sealed class ReliableRule : IWatchRule
{
    public string Name => "watch.reliable";

    public IEnumerable<(string Message, TimeSpan At)> Check(WatchHistory watch, EventLog log)
    {
        var delivered = watch.Delivered.Select(one => (one.Event.Revision, one.Event.Change.Key)).ToHashSet();
        if (delivered.Count == 0)
            yield break;
        var from = delivered.Min(one => one.Revision);
        var to = delivered.Max(one => one.Revision);
        foreach (var missing in log.Between(from, to, watch.Request.Matches))
        {
            if (!delivered.Contains((missing.Revision, missing.Key)))
                yield return ($"{missing} was never delivered", watch.Responses[^1].At);
        }
    }
}
