using Divvy.Core.Identity;

namespace Divvy.Core.Assignment;

/// <summary>An exclusive shard that waits for its owner longer than it should.</summary>
/// <param name="Shard">The shard.</param>
/// <param name="Owner">Whose YIELDED, or whose session's end, is waited for.</param>
/// <param name="Phase">Yielding or closing.</param>
/// <param name="SinceMs">When the phase was entered.</param>
/// <param name="Message">The sentence for people.</param>
public sealed record MoveWait(ShardId Shard, SessionRef Owner, ShardPhase Phase, long SinceMs, string Message);
