using Divvy.Core.Identity;

namespace Divvy.Core.Keys;

/// <summary>One shard of a layout: its name and its keys.</summary>
public readonly record struct ShardLayout(ShardId Shard, HashRange Range);
