namespace Divvy.Coordination.Admin;

/// <summary>A shard: its record, with addresses and the load that is known here.</summary>
public sealed record ShardView
{
    public required string Id { get; init; }

    /// <summary>Its hashes, in hex: start-end, the end exclusive, 0000000000000000 as the end meaning 2^64.</summary>
    public required string Range { get; init; }

    /// <summary>The shards it goes on with, when it was added as their child.</summary>
    public IReadOnlyList<string> Parents { get; init; } = [];

    /// <summary><c>stable</c>, <c>preparing</c>, <c>yielding</c> or <c>closing</c>.</summary>
    public required string Phase { get; init; }

    public string? Owner { get; init; }

    /// <summary>The owner's session, in hex.</summary>
    public string? OwnerSession { get; init; }

    /// <summary>Where the owner serves; null: it is gone, or there is none.</summary>
    public string? OwnerAddress { get; init; }

    public string? Next { get; init; }

    public IReadOnlyList<string> Standbys { get; init; } = [];

    public required long Generation { get; init; }

    /// <summary>Mod revision of the record.</summary>
    public required long Revision { get; init; }

    public string? Pin { get; init; }

    public string Reason { get; init; } = "";

    public double? RequestsPerSecond { get; init; }
}
