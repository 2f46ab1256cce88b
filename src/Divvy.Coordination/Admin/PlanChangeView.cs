namespace Divvy.Coordination.Admin;

/// <summary>One change of a plan.</summary>
/// <param name="Shard">The shard.</param>
/// <param name="Kind"><c>assign</c>, <c>takeover</c>, <c>move</c>, <c>set-standbys</c> or <c>cancel-move</c>.</param>
/// <param name="From">The owner now.</param>
/// <param name="To">The owner to be.</param>
/// <param name="Reason">Why.</param>
public sealed record PlanChangeView(string Shard, string Kind, string? From, string? To, string Reason);
