namespace Divvy.Client.Etcd;

/// <summary>What a delete did.</summary>
/// <param name="Revision">The store's revision after it; unchanged if nothing matched.</param>
/// <param name="Deleted">Number of keys deleted.</param>
/// <param name="Previous">The deleted keys, if they were asked for.</param>
public sealed record DeleteResult(long Revision, long Deleted, IReadOnlyList<Kv> Previous);
