namespace Divvy.Coordination.Steps;

/// <summary>A step with what its transaction compares.</summary>
internal sealed record PreparedStep(ShardStep Planned, IReadOnlyList<StoreCondition> Conditions);
