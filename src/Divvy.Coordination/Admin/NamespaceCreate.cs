namespace Divvy.Coordination.Admin;

/// <summary>Body of <c>POST /api/v1/namespaces</c>. What is absent takes its default.</summary>
public sealed record NamespaceCreate
{
    /// <summary>1 to 128 letters, digits, '-', '_', '.', ':'.</summary>
    public string? Name { get; init; }

    /// <summary><c>fixed</c> (default): equal ranges of the key space. <c>listed</c>: shards that are added and
    /// finished
    /// by name. Never changes.</summary>
    public string? Layout { get; init; }

    /// <summary>Number of shards, 1 to 1,000,000; never changes. Not for a listed namespace.</summary>
    public int? Shards { get; init; }

    /// <summary><c>exclusive</c> (default) or <c>affinity</c>; never changes.</summary>
    public string? Mode { get; init; }

    /// <summary><c>balanced</c> (default), <c>rendezvous</c> or <c>consistent-hash-bounded</c>.</summary>
    public string? Strategy { get; init; }

    /// <summary>Warm standbys per shard, 0 to 2.</summary>
    public int? Standbys { get; init; }

    /// <summary>How long an instance may be silent, in milliseconds, 1,000 to 3,600,000.</summary>
    public int? SessionTtlMs { get; init; }

    public int? MaxMovesInFlight { get; init; }

    public int? MaxMovesPerInstance { get; init; }

    public int? PrepareTimeoutMs { get; init; }

    public int? YieldTimeoutMs { get; init; }

    public int? PenaltyMs { get; init; }
}
