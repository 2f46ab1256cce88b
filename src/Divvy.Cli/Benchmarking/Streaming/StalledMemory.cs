namespace Divvy.Cli.Benchmarking.Streaming;

/// <summary>Memory of a worker process whose processor stalls, in megabytes (2^20), as the kernel counts it.</summary>
/// <param name="IdleResident">Its resident set (<c>VmRSS</c>) before it reads anything.</param>
/// <param name="Resident">Its resident set at the end, all that it maps included: the runtime, libraries.</param>
/// <param name="PeakResident">The most it ever was (<c>VmHWM</c>).</param>
/// <param name="Private">Pages of its own at the end: heap, stacks, compiled code.</param>
/// <param name="Seconds">How long it was watched.</param>
internal sealed record StalledMemory(
    double IdleResident, double Resident, double PeakResident, double Private, double Seconds);
