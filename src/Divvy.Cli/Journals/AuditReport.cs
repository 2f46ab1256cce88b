namespace Divvy.Cli.Journals;

/// <summary>What journals prove about ownership.</summary>
/// <param name="Entries">Lines read.</param>
/// <param name="Shards">Shards that were ever held.</param>
/// <param name="Holds">Times somebody held a shard.</param>
/// <param name="Overlaps">Two held one shard at one time. Must be empty.</param>
/// <param name="GenerationFaults">A generation that did not grow with a change of holder. Must be empty.</param>
/// <param name="Unended">Holds without an end that somebody else followed: the process was killed, or it held on.
/// Name
/// the kill to have it checked.</param>
/// <param name="Unheld">Shards that nobody held when the journals end.</param>
/// <param name="Gaps">Times between two holds of a shard in which nobody held it, longest first.</param>
internal sealed record AuditReport(
    int Entries,
    int Shards,
    int Holds,
    IReadOnlyList<Overlap> Overlaps,
    IReadOnlyList<GenerationFault> GenerationFaults,
    IReadOnlyList<Hold> Unended,
    IReadOnlyList<string> Unheld,
    IReadOnlyList<OwnershipGap> Gaps)
{
    /// <summary>Whether at most one held each shard at any instant, under growing generations.</summary>
    public bool IsClean => Overlaps.Count == 0 && GenerationFaults.Count == 0;
}
