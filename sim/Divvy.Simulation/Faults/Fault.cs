using System.Globalization;

namespace Divvy.Simulation.Faults;

/// <summary>One thing that goes wrong for a while.</summary>
/// <param name="Number">Its number in the plan, from 1: what --faults names.</param>
/// <param name="Kind">What goes wrong.</param>
/// <param name="At">When it begins, in true time.</param>
/// <param name="Lasts">How long it lasts.</param>
/// <param name="Target">Which of the processes it hits: the workload takes it modulo how many there are then.</param>
/// <param name="Other">A second number for those that hit a pair, or that have a strength.</param>
internal sealed record Fault(int Number, FaultKind Kind, TimeSpan At, TimeSpan Lasts, int Target, int Other)
{
    /// <summary>What it waits for, from its beginning on; null: nothing.</summary>
    public Aim? Aim { get; init; }

    /// <summary>Whom it hits, known once what it waited for was seen; null: whom the numbers name.</summary>
    public string? Victim { get; init; }

    /// <summary>The other one of the pair that it hits, in the same way.</summary>
    public string? OtherVictim { get; init; }

    public override string ToString() => string.Create(
        CultureInfo.InvariantCulture,
        $"#{Number} {Kind} at {At.TotalSeconds:F3} s for {Lasts.TotalSeconds:F3} s (target {Target}, other {Other})")
        + (Aim is null ? "" : $", {Aim}");
}
