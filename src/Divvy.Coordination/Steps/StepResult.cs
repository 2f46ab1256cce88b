using Divvy.Core.Identity;

namespace Divvy.Coordination.Steps;

/// <summary>What became of a step, and the store's revision then: the record's new mod revision if it was
/// committed.</summary>
public readonly record struct StepResult(StepVerdict Verdict, Revision Revision);
