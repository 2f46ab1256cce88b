using Divvy.Core.Assignment;

namespace Divvy.Coordination.Steps;

/// <summary>A step together with the record it starts from, which the event history wants to know.</summary>
public sealed record ShardStep(RecordStep Step, ShardRecord? Before)
{
    /// <summary>What is written beside the record in the same transaction; null: nothing.</summary>
    internal StateWrite? State { get; init; }

    /// <summary>What else must hold: a step that follows from another one compares what that one does, so that neither
    /// is done alone.</summary>
    internal IReadOnlyList<StoreCondition> Also { get; init; } = [];
}
