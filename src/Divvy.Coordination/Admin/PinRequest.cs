namespace Divvy.Coordination.Admin;

/// <summary>Body of <c>POST .../shards/{shard}/pin</c>.</summary>
/// <param name="Instance">The instance to pin to; it need not be there yet.</param>
public sealed record PinRequest(string? Instance);
