using Divvy.Histories.KeyValue;

namespace Divvy.Histories.Watching;

/// <summary>A watch with a start begins there: the first event delivered is the first there is.</summary>
internal sealed class ResumableRule : IWatchRule
{
    public string Name => "watch.resumable";

    public IEnumerable<(string Message, TimeSpan At)> Check(WatchHistory watch, EventLog log)
    {
        if (watch.First is not { } first || watch.Delivered.FirstOrDefault() is not { Event: { } begin, At: var at })
            yield break;
        var expected = log.Between(first, begin.Revision, watch.Request.Matches).FirstOrDefault();
        if (expected is not null && expected.Revision < begin.Revision)
            yield return ($"it starts at {first} and delivers {begin} first, but {expected} was before", at);
    }
}
