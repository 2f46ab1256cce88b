namespace Divvy.Coordination.Admin;

/// <summary>What a plan means for one instance: shards before, once its changes are made, and in the end.</summary>
public sealed record PlanInstanceView(string Id, string Status, double Capacity, int Before, int After, int Target);
