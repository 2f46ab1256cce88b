namespace Divvy.Cli.Benchmarking.Streaming;

/// <summary>Memory of a worker's process whose processor stalls, in megabytes (2^20).</summary>
/// <param name="IdlePrivate">Before it reads anything: pages of its own, which no other process shares.</param>
/// <param name="PeakPrivate">The most pages of its own that were seen: heap, stacks, compiled code.</param>
/// <param name="PeakResident">The most it ever took with the files it maps (the runtime, its libraries), as the kernel
/// counted.</param>
/// <param name="Seconds">How long it was watched.</param>
internal sealed record StalledMemory(double IdlePrivate, double PeakPrivate, double PeakResident, double Seconds);
