namespace Divvy.Coordination.Listing;

/// <summary>Shards of a listed namespace as of one revision, in the order of their names.</summary>
internal sealed record ListedSnapshot(long Revision, IReadOnlyList<ListedShardView> Shards);
