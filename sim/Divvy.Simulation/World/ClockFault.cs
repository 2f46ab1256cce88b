namespace Divvy.Simulation.World;

/// <summary>What is wrong with a process's clocks.</summary>
/// <param name="Skew">How far its wall clock is ahead of the world's.</param>
/// <param name="Drift">How much faster its clocks run: 0.01 gains 10 ms in a second, -0.01 loses as much.</param>
internal readonly record struct ClockFault(TimeSpan Skew, double Drift);
