namespace Divvy.Simulation.Faults;

/// <summary>What a fault waits for. Most instants of a run are alike; the few that protocols are made for pass in a
/// millisecond, and a fault that comes by chance meets them hardly ever (FoundationDB's simulator puts its faults into
/// the code at such places, as "buggify").</summary>
/// <param name="Moment">What has to happen.</param>
/// <param name="Part">Whom it hits: who has this part in what happened.</param>
/// <param name="After">How long after that.</param>
internal sealed record Aim(Moment Moment, Part Part, TimeSpan After)
{
    public override string ToString() =>
        FormattableString.Invariant($"{After.TotalMilliseconds:F1} ms after {Moment}, at {Part}");
}
