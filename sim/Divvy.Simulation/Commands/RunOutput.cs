namespace Divvy.Simulation.Commands;

/// <summary>What a run is asked for besides its result.</summary>
/// <param name="Lines">Print everything that happened.</param>
/// <param name="Timeline">Write it to this file.</param>
/// <param name="Twice">Run it again and compare.</param>
internal sealed record RunOutput(bool Lines = false, string? Timeline = null, bool Twice = false);
