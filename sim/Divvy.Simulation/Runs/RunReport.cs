using Divvy.Simulation.World;

namespace Divvy.Simulation.Runs;

/// <summary>What a run found and counted, filled while it goes.</summary>
internal sealed class RunReport(SimWorld world)
{
    private const int MaxViolations = 100;

    private readonly List<Violation> violations = [];
    private readonly SortedDictionary<string, long> counters = new(StringComparer.Ordinal);

    public IReadOnlyList<Violation> Violations => violations;

    /// <summary>What happened how often: a run that counts no acknowledged write proves nothing.</summary>
    public IReadOnlyDictionary<string, long> Counters => counters;

    public void Count(string what, long more = 1) => counters[what] = counters.GetValueOrDefault(what) + more;

    /// <summary>Puts down that a rule was broken. The run goes on; beyond a hundred only their number is
    /// kept.</summary>
    public void Violated(string checker, string message) => Violated(checker, message, message);

    /// <summary>Puts down what the run cannot go on from: that is found by it, as much as what a checker says. Its place
    /// in the code is told and does not count for the hash, as the compiler moves it while the process runs.</summary>
    public void Failed(Exception failure) =>
        Violated("unexpected exception", failure.ToString(), $"{failure.GetType()}: {failure.Message}");

    private void Violated(string checker, string message, string traced)
    {
        world.Trace.Add(TraceKind.Violation, checker, traced);
        Count("violations");
        if (violations.Count < MaxViolations)
            violations.Add(new Violation(checker, message, world.Now));
    }
}
