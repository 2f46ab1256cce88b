namespace Divvy.Coordination.Admin;

/// <summary>A shard that ought to have another owner and cannot, and why.</summary>
public sealed record PlanUnplaceableView(string Shard, string Reason);
