using Divvy.Core.Assignment;

namespace Divvy.Coordination.Steps;

/// <summary>A step together with the record it starts from, which the event history wants to know.</summary>
public sealed record ShardStep(RecordStep Step, ShardRecord? Before);
