namespace Divvy.Consensus.Mvcc.Watching;

/// <summary>Why a watch was not created.</summary>
public enum WatchRefusal
{
    None,
    EmptyRange,
    DuplicateId,
    TooManyWatchers,

    /// <summary>The token that the client sent is not known.</summary>
    InvalidToken,

    /// <summary>Users count, and the client did not say who it is.</summary>
    UserNameEmpty,

    /// <summary>Users or roles kept changing while the client's rights were looked at.</summary>
    OldAuthRevision,

    PermissionDenied,
}
