namespace Divvy.Histories.Linearizability;

/// <summary>What became of one part of a history. Positions are those of the whole history.</summary>
/// <param name="Outcome">Whether an order was found.</param>
/// <param name="Operations">The operations of the part.</param>
/// <param name="Linearization">The order that explains everything or, without one, the longest beginning of an order.</param>
/// <param name="Blocked">Operations that must come next after that beginning and cannot; the one that returned first is the
/// first. Empty when an order was found.</param>
public sealed record PartitionResult(
    CheckOutcome Outcome,
    IReadOnlyList<int> Operations,
    IReadOnlyList<int> Linearization,
    IReadOnlyList<int> Blocked);
