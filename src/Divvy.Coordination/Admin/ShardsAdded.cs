namespace Divvy.Coordination.Admin;

/// <summary>What became of the shards of a <see cref="ShardsAdd"/>.</summary>
public sealed record ShardsAdded
{
    public required IReadOnlyList<ShardAdded> Shards { get; init; }
}
