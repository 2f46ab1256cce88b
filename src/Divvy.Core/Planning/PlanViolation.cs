using Divvy.Core.Identity;

namespace Divvy.Core.Planning;

/// <summary>One thing wrong with a plan.</summary>
/// <param name="Kind">What is wrong.</param>
/// <param name="Shard">Where; null: the plan as a whole.</param>
/// <param name="Detail">What was found, for people.</param>
public sealed record PlanViolation(PlanViolationKind Kind, ShardId? Shard, string Detail);
