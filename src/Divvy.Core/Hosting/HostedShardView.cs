using Divvy.Core.Identity;

namespace Divvy.Core.Hosting;

/// <summary>What a host holds of one shard, for people and tests.</summary>
public sealed record HostedShardView(
    ShardId Shard,
    ShardRole Role,
    HeldState Held,
    Revision HighestRevision,
    Generation Generation,
    int RequestsInside,
    HandlerKind? Running,
    int Failures,
    string Error);
