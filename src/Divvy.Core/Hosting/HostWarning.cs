using Divvy.Core.Identity;

namespace Divvy.Core.Hosting;

/// <summary>Something takes too long; said again while it lasts.</summary>
public sealed record HostWarning(ShardId Shard, string Message);
