namespace Divvy.Coordination.Admin;

/// <summary>What became of a shard that was to be added.</summary>
/// <param name="Id">Its name.</param>
/// <param name="Outcome"><c>added</c>, <c>exists</c>, or <c>finished</c>: names of finished shards are not used
/// again.</param>
public sealed record ShardAdded(string Id, string Outcome);
