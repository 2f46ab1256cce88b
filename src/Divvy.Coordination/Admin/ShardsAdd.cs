namespace Divvy.Coordination.Admin;

/// <summary>Body of <c>POST /api/v1/namespaces/{ns}/shards</c>.</summary>
public sealed record ShardsAdd
{
    /// <summary>At least one.</summary>
    public IReadOnlyList<ShardAdd>? Shards { get; init; }
}
