namespace Divvy.Consensus.Mvcc.Watching;

/// <summary>What a watcher wants of the changes to its keys. Few combinations exist, so watchers of the same keys can
/// mostly be told by one list.</summary>
internal readonly record struct EventFilter(bool NoPuts, bool NoDeletes, bool PreviousRecords)
{
    /// <summary>Numbers of filters that differ.</summary>
    public const int Kinds = 8;

    public int Kind => (NoPuts ? 1 : 0) | (NoDeletes ? 2 : 0) | (PreviousRecords ? 4 : 0);

    public bool Passes(KeyRecord record) => record.IsTombstone ? !NoDeletes : !NoPuts;
}
