namespace Divvy.Histories.Linearizability;

/// <summary>What became of a history: the worst of its parts, and each part.</summary>
/// <param name="Outcome">Illegal if any part is; else unknown if any part is.</param>
/// <param name="Steps">Steps of the model that it took.</param>
/// <param name="Partitions">The parts that were looked at: all, or up to the first that is illegal.</param>
public sealed record CheckResult(CheckOutcome Outcome, long Steps, IReadOnlyList<PartitionResult> Partitions)
{
    /// <summary>The part that has no order, or none that was found in time.</summary>
    public PartitionResult? Failed => Partitions.FirstOrDefault(part => part.Outcome != CheckOutcome.Linearizable);
}
