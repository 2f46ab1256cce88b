using Divvy.Core.Identity;

namespace Divvy.Core.Assignment;

/// <summary>What a record needs, given who lives.</summary>
/// <param name="Need">What kind of thing.</param>
/// <param name="Step">The step to commit, when <see cref="RepairNeed.Step"/>.</param>
/// <param name="Waiting">Whose acknowledgement the shard waits for, when <see
/// cref="RepairNeed.Acknowledgement"/>.</param>
public readonly record struct RepairFinding(RepairNeed Need, RecordStep? Step = null, SessionRef? Waiting = null);
