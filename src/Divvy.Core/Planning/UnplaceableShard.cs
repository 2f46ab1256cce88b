using Divvy.Core.Identity;

namespace Divvy.Core.Planning;

/// <summary>A shard that ought to have another owner and cannot, and why.</summary>
public sealed record UnplaceableShard(ShardId Shard, string Reason);
