namespace Divvy.Histories;

/// <summary>A promise that a run broke.</summary>
/// <param name="Checker">Who noticed, by the name of the rule: <c>watch.ordered</c>, <c>lease.vanished</c>.</param>
/// <param name="Message">What was promised, and what was seen instead; readable without the history.</param>
/// <param name="At">When it was seen, since the run began.</param>
public sealed record Violation(string Checker, string Message, TimeSpan At)
{
    public override string ToString() => FormattableString.Invariant($"[{At.TotalSeconds:0.000} s] {Checker}: {Message}");
}
