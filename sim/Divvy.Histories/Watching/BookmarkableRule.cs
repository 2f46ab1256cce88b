using Divvy.Histories.KeyValue;

namespace Divvy.Histories.Watching;

/// <summary>After a notification of progress nothing up to its revision comes any more, and nothing is missing: whoever resumes
/// behind the bookmark loses nothing.</summary>
internal sealed class BookmarkableRule : IWatchRule
{
    public string Name => "watch.bookmarkable";

    public IEnumerable<(string Message, TimeSpan At)> Check(WatchHistory watch, EventLog log)
    {
        var bookmark = 0L;
        var delivered = new HashSet<(long, string)>();
        foreach (var response in watch.Responses)
        {
            foreach (var change in response.Events)
            {
                if (change.Revision <= bookmark)
                    yield return ($"{change} comes after the progress to revision {bookmark}", response.At);
                delivered.Add((change.Revision, change.Change.Key));
            }

            if (response.Bookmark == 0)
                continue;
            var from = Math.Max(bookmark + 1, watch.First ?? long.MaxValue);
            foreach (var missing in log.Between(from, response.Bookmark, watch.Request.Matches))
            {
                if (!delivered.Contains((missing.Revision, missing.Key)))
                    yield return ($"progress to revision {response.Bookmark} is told before {missing}", response.At);
            }

            bookmark = Math.Max(bookmark, response.Bookmark);
        }
    }
}
