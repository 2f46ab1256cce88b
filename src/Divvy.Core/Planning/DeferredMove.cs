using Divvy.Core.Identity;

namespace Divvy.Core.Planning;

/// <summary>A move that waits for others to end.</summary>
public sealed record DeferredMove(ShardId Shard, SessionRef From, SessionRef To, string Reason);
