namespace Divvy.Client.Listing;

/// <summary>What a listed namespace is created with when shards are added and it does not exist.</summary>
/// <param name="SessionTtl">How long an instance may be silent before its shards go to others, 1 s to 1 h; null: what
/// the servers were started with.</param>
public sealed record NewNamespace(TimeSpan? SessionTtl = null);
