namespace Divvy.Coordination.Admin;

/// <summary>Body of <c>POST .../shards/{shard}/move</c>.</summary>
/// <param name="To">The instance to move to.</param>
public sealed record MoveRequest(string? To);
