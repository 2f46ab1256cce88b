namespace Divvy.Consensus.Mvcc.Watching;

/// <summary>Why a watch was not created.</summary>
public enum WatchRefusal
{
    None,
    EmptyRange,
    DuplicateId,
    TooManyWatchers,
}
