namespace Divvy.Coordination.Admin;

/// <summary>A shard to add to a listed namespace.</summary>
public sealed record ShardAdd
{
    /// <summary>1 to 128 letters, digits, '-', '_', '.', ':'.</summary>
    public string? Id { get; init; }

    /// <summary>The finished shards it goes on with: an instance does not let it go before it has dropped
    /// them.</summary>
    public IReadOnlyList<string>? Parents { get; init; }

    /// <summary>For people, since no key leads to a listed shard: two hexadecimal numbers, start-end, the end
    /// exclusive.
    /// </summary>
    public string? Range { get; init; }
}
