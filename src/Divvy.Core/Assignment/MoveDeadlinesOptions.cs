namespace Divvy.Core.Assignment;

/// <summary>How long a move may stay in a phase. All in milliseconds, all above 0.</summary>
public sealed record MoveDeadlinesOptions
{
    /// <summary>How long the next owner may prepare before the move is cancelled and the instance penalised. Default 60
    /// s, a generous cold load.</summary>
    public long PrepareTimeoutMs { get; init; } = 60_000;

    /// <summary>How long the owner may yield or close before something is said about it (exclusive) or the shard goes
    /// on without it (affinity). Default 10 s, the usual limit of a request.</summary>
    public long YieldTimeoutMs { get; init; } = 10_000;

    /// <summary>How often a wait is reported again, and a step that is due is proposed again. Default 5 s.</summary>
    public long RepeatMs { get; init; } = 5_000;

    /// <summary>How long an instance that could not prepare a shard is not chosen for it again. Default 2
    /// min.</summary>
    public long PenaltyMs { get; init; } = 120_000;
}
