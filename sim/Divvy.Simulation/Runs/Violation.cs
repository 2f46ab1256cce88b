namespace Divvy.Simulation.Runs;

/// <summary>A rule that was broken.</summary>
/// <param name="Checker">Who saw it, in words of the documentation: "one owner", "election safety".</param>
/// <param name="Message">What was seen, with everything needed to find it in the timeline.</param>
/// <param name="At">True time.</param>
internal sealed record Violation(string Checker, string Message, TimeSpan At);
