using Divvy.Coordination.Mirror;

namespace Divvy.Coordination.Admin;

/// <summary>Reads the event history.</summary>
internal sealed class EventAdmin(AdminServices services)
{
    public const int DefaultLimit = 100;
    public const int MaxLimit = 10_000;

    /// <summary>Events of one transaction have consecutive numbers below this; the transaction's revision stands before
    /// them, so the numbers grow with the store and need no counter.</summary>
    private const int PerRevision = 10_000;

    /// <param name="name">The namespace.</param>
    /// <param name="after">Only what comes after this sequence number; null: the newest.</param>
    /// <param name="limit">How many at most.</param>
    public EventPage List(string name, long? after, long? limit)
    {
        var count = limit ?? DefaultLimit;
        if (count is < 1 or > MaxLimit)
            throw AdminException.BadRequest($"limit is {count}; it must be 1 to {MaxLimit}");
        if (after < 0)
            throw AdminException.BadRequest($"after is {after}; it must not be negative");
        var space = services.Find(name);
        var all = space.Events.Values.OrderBy(entry => entry.Revision).SelectMany(View)
            .TakeLast(services.Options.MaxEvents);
        List<EventView> events = after is { } since
            ? [.. all.Where(view => view.Sequence > since).Take((int)count)]
            : [.. all.TakeLast((int)count)];
        return new EventPage(events, events.Count > 0 ? events[^1].Sequence : after ?? 0);
    }

    private static IEnumerable<EventView> View(MirroredEvents entry) =>
        entry.Batch.Events.Select((one, index) => new EventView
        {
            Sequence = (entry.Revision.Value * PerRevision) + index,
            Revision = entry.Revision.Value,
            Time = one.Time,
            Kind = NamespaceSettings.ToWord(one.Kind),
            Shard = one.Shard,
            From = one.From,
            To = one.To,
            Generation = one.Generation,
            Reason = one.Reason,
            Server = entry.Batch.Server,
        });
}
