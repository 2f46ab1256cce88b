using Divvy.Core.Identity;

namespace Divvy.Client.Listing;

/// <summary>The shards of a listed namespace.</summary>
/// <param name="Revision">All of it is of this revision of the store.</param>
/// <param name="Shards">In the order of their names.</param>
/// <param name="Instances">Those that live, in order, as the server knew them.</param>
public sealed record ShardList(
    Revision Revision, IReadOnlyList<ShardInfo> Shards, IReadOnlyList<InstanceId> Instances);
