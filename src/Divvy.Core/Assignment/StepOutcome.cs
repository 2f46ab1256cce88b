using System.Diagnostics.CodeAnalysis;

namespace Divvy.Core.Assignment;

/// <summary>A step to commit, or why there is none.</summary>
public readonly record struct StepOutcome
{
    private StepOutcome(RecordStep? step, StepRefusal refusal)
    {
        Step = step;
        Refusal = refusal;
    }

    public RecordStep? Step { get; }

    public StepRefusal Refusal { get; }

    [MemberNotNullWhen(true, nameof(Step))]
    public bool IsStep => Step is not null;

    public static implicit operator StepOutcome(RecordStep step) => new(step, StepRefusal.None);

    public static implicit operator StepOutcome(StepRefusal refusal) => new(null, refusal);
}
