using Divvy.Histories.KeyValue;

namespace Divvy.Histories.Watching;

/// <summary>The events of one revision come together, unless the watch allowed fragments and the response says it is one.</summary>
internal sealed class AtomicRule : IWatchRule
{
    public string Name => "watch.atomic";

    public IEnumerable<(string Message, TimeSpan At)> Check(WatchHistory watch, EventLog log)
    {
        var last = 0L;
        foreach (var response in watch.Responses.Where(response => response.Events.Count > 0))
        {
            if (response.Events[0].Revision == last)
                yield return ($"revision {last} is split, its rest begins with {response.Events[0]}", response.At);
            last = response.IsFragment ? 0 : response.Events[^1].Revision;
        }
    }
}
