namespace Divvy.Cli.Benchmarking.Streaming;

/// <summary>One run of one reader over the whole stream.</summary>
/// <param name="PerSecond">Records.</param>
/// <param name="CpuMicroseconds">Processor time of the reader for each record.</param>
/// <param name="EmulatorMicroseconds">Processor time of the emulators for each record.</param>
/// <param name="Reads">Calls that gave records.</param>
internal sealed record StreamSample(
    double PerSecond, double CpuMicroseconds, double EmulatorMicroseconds, long Reads);
