namespace Divvy.Cli.Lab;

/// <summary>What one scenario measured. Filled by the scenario.</summary>
internal sealed class ScenarioReport(string name)
{
    private readonly List<Bar> bars = [];
    private readonly List<string> facts = [];
    private readonly List<TimelineMark> timeline = [];

    public string Name { get; } = name;

    public IReadOnlyList<Bar> Bars => bars;

    /// <summary>Measurements that nothing is demanded of.</summary>
    public IReadOnlyList<string> Facts => facts;

    /// <summary>What happened when, from the scenario's start.</summary>
    public IReadOnlyList<TimelineMark> Timeline => timeline;

    /// <summary>Why the scenario could not be carried out; null: it was.</summary>
    public string? Failure { get; set; }

    public bool Passed => Failure is null && bars.Count > 0 && bars.TrueForAll(bar => bar.Passed);

    public void Add(Bar bar) => bars.Add(bar);

    public void Fact(string fact) => facts.Add(fact);

    public void Mark(TimeSpan at, string what) => timeline.Add(new TimelineMark(at.TotalMilliseconds, what));
}
