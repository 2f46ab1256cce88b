namespace Divvy.Consensus.Mvcc.Watching;

/// <summary>One watch: what it wants, and how far it was told.</summary>
internal sealed class Watcher(WatchStream stream, long id, WatchSpec spec, long nextRevision)
{
    public WatchStream Stream { get; } = stream;

    public long Id { get; } = id;

    public WatchSpec Spec { get; } = spec;

    public EventFilter Filter { get; } = new(spec.NoPuts, spec.NoDeletes, spec.PreviousRecords);

    /// <summary>Where the index of synced watchers has it; null: not there.</summary>
    public WatcherGroup? Group { get; set; }

    /// <summary>Its place in the group.</summary>
    public int Slot { get; set; }

    /// <summary>The first revision it was not told of. Behind the store's next one: the watcher is unsynced. Ahead of
    /// it: the client asked for a start that is yet to come. A synced watcher's is only moved when it falls
    /// behind.</summary>
    public long NextRevision { get; set; } = nextRevision;

    public bool IsSynced => Group is not null;

    public bool IsClosed { get; set; }

    /// <summary>Whether it was sent anything since the last progress round.</summary>
    public bool HeardSinceProgress { get; set; }
}
