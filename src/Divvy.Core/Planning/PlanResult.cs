namespace Divvy.Core.Planning;

/// <summary>A plan, and why it is as it is.</summary>
public sealed record PlanResult(AssignmentPlan Plan, PlanReport Report);
