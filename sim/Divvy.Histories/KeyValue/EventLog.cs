namespace Divvy.Histories.KeyValue;

/// <summary>The history of the store: the events of every revision without a gap, and the state at each. What answers and
/// watches are measured against.</summary>
public sealed class EventLog
{
    private readonly List<IReadOnlyList<StoreEvent>> events = [];
    private readonly List<KeyValueState> states;

    /// <param name="initial">The state before the first revision of the log; null: a fresh store.</param>
    public EventLog(KeyValueState? initial = null) => states = [initial ?? KeyValueState.Empty];

    /// <summary>The first revision whose events are here.</summary>
    public long First => states[0].Revision + 1;

    /// <summary>The last revision there is.</summary>
    public long Last => states[^1].Revision;

    /// <summary>Adds the events of the next revision.</summary>
    /// <exception cref="ArgumentException">It is not the next one.</exception>
    public void Append(long revision, IReadOnlyList<StoreEvent> changes)
    {
        if (revision != Last + 1)
            throw new ArgumentException($"the log ends at revision {Last}, so {revision} cannot follow", nameof(revision));
        events.Add(changes);
        states.Add(states[^1].After(revision, changes));
    }

    /// <summary>Whether the events of a revision are here.</summary>
    public bool Has(long revision) => revision >= First && revision <= Last;

    /// <summary>Whether the state at a revision is known.</summary>
    public bool Knows(long revision) => revision >= First - 1 && revision <= Last;

    public IReadOnlyList<StoreEvent> EventsAt(long revision) => events[(int)(revision - First)];

    public KeyValueState StateAt(long revision) => states[(int)(revision - First + 1)];

    /// <summary>The events of keys of a range, both ends included, in order.</summary>
    public IEnumerable<StoreEvent> Between(long from, long to, Func<StoreEvent, bool> isWanted)
    {
        for (var revision = Math.Max(from, First); revision <= Math.Min(to, Last); revision++)
        {
            foreach (var change in EventsAt(revision))
            {
                if (isWanted(change))
                    yield return change;
            }
        }
    }

    /// <summary>Whether the log can be the history of one store: versions count up, deletes find their key, create revisions
    /// stay, mod revisions are those of the log.</summary>
    public IReadOnlyList<Violation> Verdict(TimeSpan at)
    {
        var found = new List<Violation>();
        for (var revision = First; revision <= Last; revision++)
        {
            var before = StateAt(revision - 1);
            foreach (var change in EventsAt(revision))
            {
                if (Fault(before[change.Key], change, revision) is { } fault)
                    found.Add(new Violation("log.consistent", $"revision {revision}: {change}: {fault}", at));
            }
        }

        return found;
    }

    private static string? Fault(KeyRecord? before, StoreEvent change, long revision)
    {
        if (change.Revision != revision)
            return $"says revision {change.Revision}";
        if (change.IsDelete)
            return before is null ? "there was no such key" : null;
        var created = before?.CreateRevision ?? revision;
        var version = (before?.Version ?? 0) + 1;
        return change.Record.CreateRevision == created && change.Record.Version == version ? null
            : $"after {before?.ToString() ?? "nothing"} it must be created {created}, version {version}";
    }
}
