using System.Collections;

namespace Divvy.Consensus.Mvcc.Watching;

/// <summary>Some changes, in order. Immutable, and shared by the messages of all watchers that are to hear the
/// same.</summary>
public sealed class EventList : IReadOnlyList<WatchEvent>
{
    internal static readonly EventList Empty = new([], 0);

    private readonly WatchEvent[] events;

    internal EventList(WatchEvent[] events, long estimatedBytes)
    {
        this.events = events;
        EstimatedBytes = estimatedBytes;
    }

    public int Count => events.Length;

    /// <summary>A place for whoever sends the events to keep their encoded form, so that it is made once for all
    /// watchers. The store does not look at it. Two senders may both find it empty: what they put there must be
    /// equal.</summary>
    public object? Encoded { get; set; }

    /// <summary>Estimated size, for the bound on what may wait.</summary>
    internal long EstimatedBytes { get; }

    public WatchEvent this[int index] => events[index];

    public IEnumerator<WatchEvent> GetEnumerator() => ((IEnumerable<WatchEvent>)events).GetEnumerator();

    IEnumerator IEnumerable.GetEnumerator() => events.GetEnumerator();
}
