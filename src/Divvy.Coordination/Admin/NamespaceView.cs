namespace Divvy.Coordination.Admin;

/// <summary>A namespace: its configuration as it counts, and how it is.</summary>
public sealed record NamespaceView
{
    public required string Name { get; init; }

    /// <summary><c>fixed</c> or <c>listed</c>.</summary>
    public required string Layout { get; init; }

    /// <summary>Of a listed namespace those there are now.</summary>
    public required int Shards { get; init; }

    public required string Mode { get; init; }

    public required string Strategy { get; init; }

    public required int Standbys { get; init; }

    public required int SessionTtlMs { get; init; }

    public required int MaxMovesInFlight { get; init; }

    public required int MaxMovesPerInstance { get; init; }

    public required long PrepareTimeoutMs { get; init; }

    public required long YieldTimeoutMs { get; init; }

    public required long PenaltyMs { get; init; }

    /// <summary>It is being removed.</summary>
    public required bool Deleting { get; init; }

    /// <summary>The server whose controller leads; null: none at the moment.</summary>
    public required string? Leader { get; init; }

    /// <summary>Instances that live.</summary>
    public required int Instances { get; init; }

    /// <summary>Shards whose owner lives.</summary>
    public required int ShardsOwned { get; init; }

    /// <summary>Shards in a planned move.</summary>
    public required int ShardsMoving { get; init; }

    /// <summary>Shards whose record cannot be read.</summary>
    public required int ShardsUnreadable { get; init; }
}
