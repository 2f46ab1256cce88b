using Divvy.Core.Identity;

namespace Divvy.Core.Assignment;

/// <summary>A shard record as it was read: with the mod revision every step on it compares (R6).</summary>
public readonly record struct VersionedShard(ShardRecord Record, Revision Revision);
