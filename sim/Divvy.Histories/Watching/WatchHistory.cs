namespace Divvy.Histories.Watching;

/// <summary>One watch from its creation on. If a client resumes a broken stream by itself, all of it is one watch. Not
/// thread-safe.</summary>
public sealed class WatchHistory(string name, WatchRequest request)
{
    private readonly List<WatchResponse> responses = [];
    private long createdAt = -1;

    /// <summary>Who watches, for messages.</summary>
    public string Name { get; } = name;

    public WatchRequest Request { get; } = request;

    public IReadOnlyList<WatchResponse> Responses => responses;

    /// <summary>It was to go on until the end; false once <see cref="Ended"/> was called.</summary>
    public bool IsOpen { get; private set; } = true;

    /// <summary>The first revision that must be delivered. Null: the watch was never created, or nobody was told when.</summary>
    public long? First => Request.StartRevision > 0 ? Request.StartRevision : createdAt < 0 ? null : createdAt + 1;

    /// <summary>All events with the instants of their arrival.</summary>
    public IEnumerable<(WatchedEvent Event, TimeSpan At)> Delivered =>
        responses.SelectMany(response => response.Events.Select(change => (change, response.At)));

    /// <summary>The store confirmed the watch at this revision of its header.</summary>
    public void Created(long revision) => createdAt = revision;

    public void Received(WatchResponse response) => responses.Add(response);

    /// <summary>It was cancelled, by whomever, or what it needed was compacted.</summary>
    public void Ended() => IsOpen = false;
}
