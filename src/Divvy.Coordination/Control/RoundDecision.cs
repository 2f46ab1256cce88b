using System.Collections.Immutable;
using Divvy.Coordination.Steps;
using Divvy.Core.Assignment;
using Divvy.Core.Planning;

namespace Divvy.Coordination.Control;

/// <summary>What one look at a namespace leads to.</summary>
/// <param name="Steps">To commit: at most one a shard.</param>
/// <param name="Waits">Owners that take longer than they should; for the log.</param>
/// <param name="Report">What the planner thought; null if it was not asked.</param>
/// <param name="Violations">What is wrong with the plan; if anything is, none of it is among the steps.</param>
internal sealed record RoundDecision(
    IReadOnlyList<ShardStep> Steps,
    ImmutableArray<MoveWait> Waits,
    PlanReport? Report,
    ImmutableArray<PlanViolation> Violations);
