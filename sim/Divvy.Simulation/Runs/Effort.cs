namespace Divvy.Simulation.Runs;

/// <summary>How fast runs were, on a machine that may have been busy with other things.</summary>
/// <param name="Simulated">True time that passed in them.</param>
/// <param name="Processor">What that took of one core: of all threads, the compiler's and the collector's
/// included.</param>
internal readonly record struct Effort(TimeSpan Simulated, TimeSpan Processor)
{
    public static Effort operator +(Effort left, Effort right) =>
        new(left.Simulated + right.Simulated, left.Processor + right.Processor);

    public override string ToString() => FormattableString.Invariant(
        $"{Simulated.TotalSeconds:F1} s simulated in {Processor.TotalSeconds:F1} s of one core:")
        + FormattableString.Invariant($" {Simulated / Processor:F1} simulated seconds per second");
}
