namespace Divvy.Simulation.World;

/// <summary>One thing that happened.</summary>
/// <param name="At">True time since the run began.</param>
/// <param name="Kind">What it is about.</param>
/// <param name="Actor">Whose doing it is: a process, a client, a link.</param>
/// <param name="Text">What happened, for people.</param>
internal sealed record TraceLine(TimeSpan At, TraceKind Kind, string Actor, string Text)
{
    public override string ToString() => $"{At.TotalSeconds,11:F6}  {Kind,-9} {Actor,-14} {Text}";
}
