namespace Divvy.Coordination.Admin;

/// <summary>Body of <c>PATCH /api/v1/namespaces/{ns}</c>. What is absent stays as it is. Layout, shards and mode are
/// there to be refused with a reason: they never change (R10).</summary>
public sealed record NamespaceChange
{
    public string? Layout { get; init; }

    public int? Shards { get; init; }

    public string? Mode { get; init; }

    public string? Strategy { get; init; }

    public int? Standbys { get; init; }

    public int? SessionTtlMs { get; init; }

    public int? MaxMovesInFlight { get; init; }

    public int? MaxMovesPerInstance { get; init; }

    public int? PrepareTimeoutMs { get; init; }

    public int? YieldTimeoutMs { get; init; }

    public int? PenaltyMs { get; init; }
}
