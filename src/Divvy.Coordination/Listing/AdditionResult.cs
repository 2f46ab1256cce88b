namespace Divvy.Coordination.Listing;

/// <summary>What became of shards that were to be added.</summary>
/// <param name="Outcomes">In the order of the request.</param>
/// <param name="Revision">The store's, when all were there.</param>
internal sealed record AdditionResult(IReadOnlyList<AdditionOutcome> Outcomes, long Revision);
