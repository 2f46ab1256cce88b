namespace Divvy.Coordination.Sessions;

/// <summary>Why a session's role changed, as far as the log says it.</summary>
internal enum AssignmentCause
{
    None,

    /// <summary>The shard had no owner before.</summary>
    Initial,

    /// <summary>The new owner was prepared: as a standby, or as the next owner of a planned move.</summary>
    FastActivation,

    /// <summary>The new owner starts cold, because the one before is gone.</summary>
    ColdActivation,

    /// <summary>The owner has to yield.</summary>
    Revocation,
}
